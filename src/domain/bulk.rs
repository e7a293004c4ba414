//! What somebody asks for many things at a time, and what becomes of each of them.

use super::words::words;

words! {
    /// What is asked for.
    BulkAction {
        Synchronize = "synchronize",
        Check = "check",
        /// With a reason.
        Hold = "hold",
        Release = "release",
    }
}

words! {
    /// What became of one of the things.
    ItemResult {
        Waiting = "waiting",
        Done = "done",
        /// A run was queued already.
        AlreadyQueued = "already_queued",
        OnHold = "on_hold",
        Paused = "paused",
        AlreadyOnHold = "already_on_hold",
        NotOnHold = "not_on_hold",
        /// Less than a minute ago.
        CheckedRecently = "checked_recently",
        NoPermission = "no_permission",
        /// Deleted, or out of reach.
        NotFound = "not_found",
        /// Syncdesk could not do it.
        Failed = "failed",
    }
}

words! {
    /// The same in short.
    ItemState { Refused = "refused", Waiting = "waiting", Done = "done", }
}

impl ItemResult {
    #[must_use]
    pub const fn state(self) -> ItemState {
        match self {
            Self::Waiting => ItemState::Waiting,
            Self::Done | Self::AlreadyQueued => ItemState::Done,
            Self::OnHold
            | Self::Paused
            | Self::AlreadyOnHold
            | Self::NotOnHold
            | Self::CheckedRecently
            | Self::NoPermission
            | Self::NotFound
            | Self::Failed => ItemState::Refused,
        }
    }
}
