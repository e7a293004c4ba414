//! Several transfers at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ports::{Mirror, Spot};
use crate::stub::{Reply, Stub, listing};
use crate::wait::wait_until;

const FILES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// No file is returned before this many were requested at the same time.
#[tokio::test]
async fn as_many_as_the_setting_says() {
    for transfers in [1, 3, 5] {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let peak = most.clone();
        let stub = Stub::start(move |_, request| {
            let name = request.path.trim_start_matches("/share").trim_matches('/');
            match (request.method.as_str(), name) {
                ("PROPFIND", "") => listing(true, FILES.map(|name| (name, 1))),
                ("PROPFIND", name) => listing(false, [(name, 1)]),
                _ => {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    wait_until("the others", || (most.load(Ordering::SeqCst) >= transfers).then_some(()));
                    now.fetch_sub(1, Ordering::SeqCst);
                    Reply::body(200, "x").with("etag", "\"1\"")
                }
            }
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mirror = Mirror::new(&Spot::share(stub.url("/share")), &Spot::folder(folder.path().to_owned()));
        let (_, counts) = mirror.with("transfers", &transfers.to_string()).run().await;
        assert_eq!(counts, [0, 9, 0, 0, 0]);
        assert_eq!(peak.load(Ordering::SeqCst), transfers, "and never more");
    }
}
