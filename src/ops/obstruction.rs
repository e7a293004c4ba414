//! Conditions that block all runs (and some checks) of a system: on hold, paused, deleted.

use crate::clock::Stamp;
use crate::store::systems::System;

/// Why nothing of a system can be started now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstruction {
    /// Until somebody releases it.
    OnHold { by: String, since: Stamp, reason: String },
    /// Until a connection check succeeds.
    Paused { since: Stamp },
}

impl Obstruction {
    /// A hold counts more: while it lasts, no check ends the pause.
    #[must_use]
    pub fn of(system: &System) -> Option<Self> {
        let held = Self::hold_of(system);
        held.or_else(|| system.paused_since.map(|since| Self::Paused { since }))
    }

    pub(super) fn hold_of(system: &System) -> Option<Self> {
        system.hold_since.map(|since| Self::OnHold {
            by: system.hold_by.clone().unwrap_or_default(),
            since,
            reason: system.hold_reason.clone().unwrap_or_default(),
        })
    }

    /// The same in a word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OnHold { .. } => "on hold",
            Self::Paused { .. } => "paused",
        }
    }
}
