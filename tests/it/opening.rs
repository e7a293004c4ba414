//! Opening the database.

use futures_util::future::join_all;
use syncdesk::store::Store;
use tokio::task::spawn_blocking;

use crate::database::{TestDatabase, both_databases};

both_databases! {
    /// The migrations run under a lock: the second process finds them done.
    async fn several_open_an_empty_database_at_once(database: TestDatabase) {
        let opening = [(); 6].map(|()| {
            let target = database.target();
            spawn_blocking(move || Store::open(&target, 2).map(drop))
        });
        for opened in join_all(opening).await {
            opened.expect("no panic").expect("the database opens");
        }
    }
}
