//! Systems, their connections, and what is remembered of their items.

diesel::table! {
    systems (id) {
        id -> BigInt,
        key -> Text,
        name -> Text,
        kind -> Text,
        group_id -> BigInt,
        parent_id -> Nullable<BigInt>,
        production -> Bool,
        settings -> Text,
        settings_version -> BigInt,
        time_zone -> Text,
        schedule -> Text,
        next_due -> Nullable<BigInt>,
        timeout_us -> BigInt,
        max_attempts -> BigInt,
        hold_reason -> Nullable<Text>,
        hold_since -> Nullable<BigInt>,
        hold_by_kind -> Nullable<Text>,
        hold_by_id -> Nullable<BigInt>,
        hold_by -> Nullable<Text>,
        last_run_no -> BigInt,
        connection -> Text,
        connection_since -> Nullable<BigInt>,
        checked_at -> Nullable<BigInt>,
        synchronization -> Text,
        overall -> Text,
        overall_since -> BigInt,
        last_attempt_at -> Nullable<BigInt>,
        last_success_at -> Nullable<BigInt>,
        last_progress_at -> Nullable<BigInt>,
        failures_in_row -> BigInt,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        paused_since -> Nullable<BigInt>,
        silent_since -> Nullable<BigInt>,
        overall_rank -> BigInt,
        success_rank -> BigInt,
        level -> BigInt,
        admin_url -> Nullable<Text>,
        day_rank -> BigInt,
        day_until -> Nullable<BigInt>,
        success_due -> Nullable<BigInt>,
        bad_since -> Nullable<BigInt>,
        resolved_from -> Nullable<BigInt>,
        resolved_at -> Nullable<BigInt>,
        resolved_was -> Nullable<Text>,
    }
}

diesel::table! {
    lanes (system_id, lane) {
        system_id -> BigInt,
        lane -> Text,
        synchronization -> Text,
        last_attempt_at -> Nullable<BigInt>,
        last_success_at -> Nullable<BigInt>,
        last_progress_at -> Nullable<BigInt>,
        failures_in_row -> BigInt,
    }
}

diesel::table! {
    watches (system_id) {
        system_id -> BigInt,
        next_check -> Nullable<BigInt>,
        pause_at -> Nullable<BigInt>,
        fresh_from -> BigInt,
        freshness_us -> Nullable<BigInt>,
        silent_at -> Nullable<BigInt>,
        next_change_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    system_versions (system_id, version) {
        system_id -> BigInt,
        version -> BigInt,
        settings -> Text,
        at -> BigInt,
        principal_kind -> Text,
        principal_id -> Nullable<BigInt>,
        principal -> Text,
    }
}

diesel::table! {
    system_counts (group_id, overall) {
        group_id -> BigInt,
        overall -> Text,
        n -> BigInt,
    }
}

diesel::table! {
    run_hours (system_id, hour) {
        system_id -> BigInt,
        hour -> BigInt,
        completed -> BigInt,
        warnings -> BigInt,
        errors -> BigInt,
        canceled -> BigInt,
    }
}

diesel::table! {
    group_hours (group_id, hour) {
        group_id -> BigInt,
        hour -> BigInt,
        completed -> BigInt,
        warnings -> BigInt,
        errors -> BigInt,
        canceled -> BigInt,
    }
}

diesel::table! {
    credentials (system_id, slot) {
        system_id -> BigInt,
        slot -> Text,
        key_id -> Nullable<Text>,
        sealed -> Nullable<Binary>,
        group_id -> Nullable<BigInt>,
        shared_key -> Nullable<Text>,
    }
}

diesel::table! {
    shared_credentials (key) {
        key -> Text,
        group_id -> BigInt,
        name -> Text,
        origin -> Text,
        account -> Text,
        path -> Text,
        signs -> Bool,
        key_id -> Text,
        sealed -> Binary,
        created_at -> BigInt,
        created_by_kind -> Text,
        created_by_id -> Nullable<BigInt>,
        created_by -> Text,
        changed_at -> BigInt,
        changed_by_kind -> Text,
        changed_by_id -> Nullable<BigInt>,
        changed_by -> Text,
    }
}

diesel::table! {
    checks (id) {
        id -> BigInt,
        system_id -> BigInt,
        no -> BigInt,
        state -> Text,
        principal_kind -> Text,
        principal_id -> Nullable<BigInt>,
        principal -> Text,
        queued_at -> BigInt,
        claim_no -> BigInt,
        lease_until -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        duration_us -> Nullable<BigInt>,
        ok -> Nullable<Bool>,
        stage -> Nullable<Text>,
        code -> Nullable<Text>,
        detail -> Nullable<Text>,
        trigger -> Text,
    }
}

diesel::table! {
    item_states (system_id, lane, item_key) {
        system_id -> BigInt,
        lane -> Text,
        item_key -> Binary,
        state -> Text,
        run_id -> BigInt,
    }
}

diesel::table! {
    secret_drafts (reference, slot) {
        reference -> Binary,
        slot -> Text,
        person_id -> BigInt,
        key_id -> Text,
        sealed -> Binary,
        expires_at -> BigInt,
    }
}
