//! What somebody asks for many things at a time.

diesel::table! {
    bulk_actions (id) {
        id -> BigInt,
        key -> Text,
        request -> Text,
        person_id -> BigInt,
        address -> Nullable<Text>,
        action -> Text,
        reason -> Text,
        requested_at -> BigInt,
    }
}

diesel::table! {
    bulk_items (id) {
        id -> BigInt,
        bulk_id -> BigInt,
        subject -> Text,
        result -> Text,
        no -> Nullable<BigInt>,
    }
}
