//! The portal: people, their rights, and what they did.

diesel::table! {
    portal (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    system_groups (id) {
        id -> BigInt,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    people (id) {
        id -> BigInt,
        name -> Text,
        password_hash -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        theme -> Nullable<Text>,
    }
}

diesel::table! {
    collections (id) {
        id -> BigInt,
        name -> Text,
        built_in -> Bool,
    }
}

diesel::table! {
    collection_templates (collection_id, template) {
        collection_id -> BigInt,
        template -> Text,
    }
}

diesel::table! {
    assignments (id) {
        id -> BigInt,
        person_id -> BigInt,
        collection_id -> BigInt,
        group_id -> Nullable<BigInt>,
        created_at -> BigInt,
        created_by_kind -> Text,
        created_by_id -> Nullable<BigInt>,
        created_by -> Text,
    }
}

diesel::table! {
    sessions (key_hash) {
        key_hash -> Binary,
        person_id -> Nullable<BigInt>,
        state -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    saved_views (id) {
        id -> BigInt,
        key -> Text,
        person_id -> BigInt,
        name -> Text,
        query -> Text,
        is_default -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    team_notes (code) {
        code -> Text,
        advice -> Text,
        placement -> Text,
        written_by_kind -> Text,
        written_by_id -> Nullable<BigInt>,
        written_by -> Text,
        written_at -> BigInt,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> BigInt,
        action -> Text,
        system_id -> Nullable<BigInt>,
        group_id -> Nullable<BigInt>,
        subject -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        personal_digest -> Binary,
        seal_no -> Nullable<BigInt>,
        seal -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_personal (audit_id) {
        audit_id -> BigInt,
        salt -> Binary,
        principal_kind -> Nullable<Text>,
        principal_id -> Nullable<BigInt>,
        principal -> Text,
        address -> Nullable<Text>,
        erase_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    database_probe (id) {
        id -> BigInt,
    }
}
