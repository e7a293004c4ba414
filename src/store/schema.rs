//! The tables as Diesel sees them; the same for both databases.

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
    credentials (system_id, slot) {
        system_id -> BigInt,
        slot -> Text,
        key_id -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    runs (id) {
        id -> BigInt,
        system_id -> BigInt,
        no -> BigInt,
        lane -> Text,
        state -> Text,
        trigger -> Text,
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
    house_notes (code) {
        code -> Text,
        advice -> Text,
        stands -> Text,
        written_by -> Text,
        written_at -> BigInt,
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
    checks (id) {
        id -> BigInt,
        system_id -> BigInt,
        no -> BigInt,
        state -> Text,
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
        confirmed_by -> Nullable<Text>,
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
        principal -> Text,
        address -> Nullable<Text>,
    }
}

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

diesel::allow_tables_to_appear_in_same_query!(
    portal,
    system_groups,
    people,
    collections,
    collection_templates,
    assignments,
    sessions,
    systems,
    system_versions,
    system_counts,
    watches,
    credentials,
    runs,
    run_requests,
    run_progress,
    words,
    run_counts,
    run_timelines,
    run_comparisons,
    house_notes,
    messages,
    checks,
    item_states,
    plan_steps,
    braked_plans,
    replicas,
    replica_sets,
    replica_records,
    replica_seen,
    audit,
    audit_personal,
);
