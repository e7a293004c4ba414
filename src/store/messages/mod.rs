//! Messages: stored in batches with the counters of their run, read by key.

mod page;
mod search;
mod store;
mod timeline;
mod words;

pub use page::{
    Cursor, FirstError, Log, MessageFilter, MessagePage, around, at_time, first_error, first_error_code, page,
};
pub use search::{SearchPage, search};
pub(in crate::store) use store::Row;
pub use store::{Batch, append, ensure_partitions};
pub(in crate::store) use timeline::StoredTimeline;
pub use words::Words;
pub(in crate::store) use words::find_code;
