//! Messages: stored in batches with the counters of their run, read by key.

mod across;
mod dictionary;
mod page;
mod search;
mod store;
mod timeline;

pub use across::{AcrossPage, AcrossQuestion, search_runs};
pub use dictionary::Dictionary;
pub(in crate::store) use dictionary::find_code;
pub use page::{FirstError, Log, MessageFilter, MessagePage, around, at_time, first_error, page};
pub use search::{SearchPage, search};
pub use store::{append, ensure_partitions};
pub(in crate::store) use timeline::StoredTimeline;

use crate::clock::Stamp;
use crate::domain::message::Message;

/// Messages in the order in which they were emitted.
pub type Batch = Vec<(Stamp, Message)>;
