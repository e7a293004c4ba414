//! Systems that are being connected.

diesel::table! {
    connect_drafts (key) {
        key -> Text,
        person_id -> BigInt,
        kind -> Text,
        typed -> Text,
        changed_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    connect_trials (id) {
        id -> BigInt,
        draft -> Text,
        sort -> Text,
        group_id -> BigInt,
        settings -> Text,
        make_folder -> Nullable<Text>,
        state -> Text,
        queued_at -> BigInt,
        claim_no -> BigInt,
        lease_until -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        duration_us -> Nullable<BigInt>,
        ok -> Nullable<Bool>,
        stage -> Nullable<Text>,
        code -> Nullable<Text>,
        detail -> Nullable<Text>,
        found -> Nullable<Text>,
    }
}
