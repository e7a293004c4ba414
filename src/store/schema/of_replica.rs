//! Replicas: versions of records by run.

diesel::table! {
    replicas (system_id) {
        system_id -> BigInt,
        published_run -> Nullable<BigInt>,
        model -> Text,
    }
}

diesel::table! {
    replica_sets (id) {
        id -> BigInt,
        system_id -> BigInt,
        name -> Text,
        data_set -> Text,
        active -> BigInt,
        orphaned -> BigInt,
        read_run -> Nullable<BigInt>,
        changed_run -> Nullable<BigInt>,
        state -> Text,
    }
}

diesel::table! {
    replica_records (set_id, record_key, from_run) {
        set_id -> BigInt,
        record_key -> Binary,
        from_run -> BigInt,
        to_run -> Nullable<BigInt>,
        orphaned -> Bool,
        digest -> Binary,
        data -> Text,
    }
}

diesel::table! {
    replica_seen (set_id, record_key) {
        set_id -> BigInt,
        record_key -> Binary,
    }
}
