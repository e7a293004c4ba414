//! Runs, their logs and their plans.

diesel::table! {
    runs (id) {
        id -> BigInt,
        system_id -> BigInt,
        no -> BigInt,
        lane -> Text,
        state -> Text,
        trigger -> Text,
        principal_kind -> Text,
        principal_id -> Nullable<BigInt>,
        principal -> Text,
        attempt -> BigInt,
        retries_run -> Nullable<BigInt>,
        plan_digest -> Nullable<Text>,
        settings_version -> Nullable<BigInt>,
        not_before -> BigInt,
        queued_at -> BigInt,
        claim_no -> BigInt,
        worker -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        cancel_at -> Nullable<BigInt>,
        cancel_by_kind -> Nullable<Text>,
        cancel_by_id -> Nullable<BigInt>,
        cancel_by -> Nullable<Text>,
        started_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        result -> Nullable<Text>,
        end_reason -> Nullable<Text>,
        end_code -> Nullable<Text>,
        end_stage -> Nullable<Text>,
        has_messages -> Bool,
    }
}

diesel::table! {
    run_requests (system_id, request_key) {
        system_id -> BigInt,
        request_key -> Text,
        run_id -> BigInt,
    }
}

diesel::table! {
    run_progress (run_id) {
        run_id -> BigInt,
        phase -> Text,
        moved_at -> Nullable<BigInt>,
        items_done -> BigInt,
        items_total -> BigInt,
        bytes_done -> BigInt,
        bytes_total -> BigInt,
        total_final -> Bool,
        unchanged -> BigInt,
        emitted -> BigInt,
        stored -> BigInt,
        cut -> BigInt,
        last_seq -> BigInt,
        n_error -> BigInt,
        n_warning -> BigInt,
        n_success -> BigInt,
        n_information -> BigInt,
        phases -> Text,
        first_error -> Nullable<BigInt>,
    }
}

diesel::table! {
    words (id) {
        id -> BigInt,
        kind -> Text,
        word -> Text,
    }
}

diesel::table! {
    run_counts (run_id, category, code, item_type, operation) {
        run_id -> BigInt,
        category -> SmallInt,
        code -> BigInt,
        item_type -> BigInt,
        operation -> Text,
        n -> BigInt,
    }
}

diesel::table! {
    run_timelines (run_id) {
        run_id -> BigInt,
        begins_at -> BigInt,
        slice_us -> BigInt,
        counts -> Text,
    }
}

diesel::table! {
    run_comparisons (run_id) {
        run_id -> BigInt,
        before_no -> Nullable<BigInt>,
        changes -> Text,
    }
}

diesel::table! {
    messages (run_id, seq) {
        run_id -> BigInt,
        seq -> BigInt,
        at -> BigInt,
        category -> SmallInt,
        code -> BigInt,
        direction -> Text,
        operation -> Text,
        item_type -> BigInt,
        item_key -> Binary,
        args -> Text,
        foreign_text -> Nullable<Text>,
        cut -> Bool,
    }
}

diesel::table! {
    plan_steps (run_id, action, item_key) {
        run_id -> BigInt,
        action -> Text,
        item_key -> Binary,
        detail -> Text,
    }
}

diesel::table! {
    braked_plans (run_id) {
        run_id -> BigInt,
        digest -> Text,
        deletions -> BigInt,
        items -> BigInt,
        reason -> Text,
        expires_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        confirmed_by_kind -> Nullable<Text>,
        confirmed_by_id -> Nullable<BigInt>,
        confirmed_by -> Nullable<Text>,
    }
}
