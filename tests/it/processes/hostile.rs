//! Memory of the real process while hostile services answer without end, all at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::fleet::{Fleet, messages};
use crate::database::both_databases;
use crate::desk::{Tree, ended, key_of, request_run};
use crate::odata::stub::V4;
use crate::stub::{Reply, Request, Stub};
use crate::visitor::Visitor;
use crate::wait::{pause, until};

/// What the process may have used at most, in KiB.
const MOST: i64 = 200 * 1_024;

/// A body that is made piece by piece, until nobody reads it any more.
fn streamed(head: &str, pieces: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Reply {
    Reply::Pieces(format!("{head}\r\nconnection: close\r\n\r\n").into_bytes(), Box::new(pieces))
}

/// A folder with files without end.
fn endless_folder(_request: &Request) -> Reply {
    let start = "<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/share/</D:href><D:propstat><D:prop><D:resourcetype>\
                 <D:collection/></D:resourcetype></D:prop></D:propstat></D:response>";
    let files = (0_u64..).map(|piece| {
        let file = |number| {
            format!(
                "<D:response><D:href>/share/{piece:08}-{number:03}-{}</D:href><D:propstat><D:prop><D:getcontentlength>1\
                 </D:getcontentlength></D:prop></D:propstat></D:response>",
                "n".repeat(100)
            )
        };
        (0..200).map(file).collect::<String>().into_bytes()
    });
    streamed("HTTP/1.1 207 Stub", std::iter::once(start.as_bytes().to_vec()).chain(files))
}

/// A folder in a folder in a folder, each with many files.
fn deep_folders(request: &Request) -> Reply {
    let here = request.path.trim_end_matches('/').to_owned();
    let own = format!(
        "<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>{here}/</D:href><D:propstat><D:prop><D:resourcetype>\
         <D:collection/></D:resourcetype></D:prop></D:propstat></D:response><D:response><D:href>{here}/a/</D:href>\
         <D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:propstat></D:response>"
    );
    let files = (0_u64..100).map(move |piece| {
        let file = |number| {
            format!(
                "<D:response><D:href>{here}/{piece:04}-{number:03}-{}</D:href><D:propstat><D:prop><D:getcontentlength>1\
                 </D:getcontentlength></D:prop></D:propstat></D:response>",
                "n".repeat(100)
            )
        };
        (0..200).map(file).collect::<String>().into_bytes()
    });
    let end = std::iter::once(b"</D:multistatus>".to_vec());
    streamed("HTTP/1.1 207 Stub", std::iter::once(own.into_bytes()).chain(files).chain(end))
}

/// Metadata that declares properties without end.
fn endless_metadata(_request: &Request) -> Reply {
    let start = V4.split("<Property ").next().expect("a beginning").as_bytes().to_vec();
    let properties = (0_u64..).map(|piece| {
        (0..1_000)
            .map(|number| format!("<Property Name=\"P{piece}_{number}\" Type=\"Edm.String\"/>"))
            .collect::<Vec<_>>()
            .concat()
            .into_bytes()
    });
    streamed("HTTP/1.1 200 Stub\r\ncontent-type: application/xml", std::iter::once(start).chain(properties))
}

/// Much at first, then a byte now and then, until it is let go.
fn dripping(let_go: &Arc<AtomicBool>) -> Reply {
    let let_go = let_go.clone();
    let much = std::iter::repeat_n(vec![b' '; 64 * 1_024], 15 * 16);
    let drops = std::iter::from_fn(move || {
        pause();
        (!let_go.load(Ordering::Relaxed)).then(|| b" ".to_vec())
    });
    streamed("HTTP/1.1 200 Stub\r\ncontent-type: application/xml", much.chain(drops))
}

/// Metadata of as many properties as are read, in types as large as can be, each that of a set; and enough
/// comments that it is as long as it may be.
fn large_metadata() -> String {
    let types = (0..37).map(|number| {
        let properties = (0..1_998).map(|name| format!("<Property Name=\"A{name:04}\" Type=\"Edm.String\"/>"));
        format!(
            "<EntityType Name=\"T{number}\"><Key><PropertyRef Name=\"Id\"/></Key><Property Name=\"Id\" Type=\"Edm.Int32\"/>{}\
             </EntityType>",
            properties.collect::<String>()
        )
    });
    let sets = (0..37).map(|number| format!("<EntitySet Name=\"Set{number}\" EntityType=\"S.T{number}\"/>"));
    let (types, sets) = (types.collect::<String>(), sets.collect::<String>());
    let comment = format!("<!--{}-->", "x".repeat(15 * 1024 * 1024 - types.len()));
    V4.replace("<EntityType ", &format!("{comment}{types}<EntityType "))
        .replace("<EntitySet Name=\"Things", &format!("{sets}<EntitySet Name=\"Things"))
}

/// The longest that is read.
const LONGEST: usize = 16 * 1024 * 1024;
/// The most elements that are read, without those of the document around them.
const ELEMENTS: usize = 75_000 - 50;

/// The most bytes of names that are read, without those of the document around them.
const NAMES: usize = 6 * 1024 * 1024 - 2_000;

/// Metadata that is as long, and has as many elements and as long names, as can be: of the sort that takes most memory.
/// `sort`: 0 types, 1 associations, 2 schemas, 3 navigations.
fn largest_metadata(sort: usize) -> Vec<u8> {
    let repeated = |n: usize, one: &dyn Fn(usize) -> String| (0..n).map(one).collect::<String>();
    let name = |n: usize, of: usize, beside: usize| format!("{n:06}{}", "n".repeat(NAMES / of - 6 - beside));
    let more = match sort {
        0 => repeated(ELEMENTS / 2, &|n| {
            let name = name(n, ELEMENTS / 2, 11);
            format!("<EntityType Name=\"t{name}\"><Property Name=\"p\" Type=\"Edm.Int32\"/></EntityType>")
        }),
        1 => repeated(ELEMENTS / 2, &|n| {
            let name = name(n, ELEMENTS / 2, 3);
            format!("<Association Name=\"a{name}\"><End Role=\"r\" Type=\"t\"/></Association>")
        }),
        2 => {
            let schema = |n| format!("<Schema Namespace=\"{}\"></Schema>", name(n, ELEMENTS, 0));
            format!("</Schema>{}<Schema Namespace=\"S\">", repeated(ELEMENTS, &schema))
        }
        _ => repeated(ELEMENTS / 3, &|n| {
            let name = name(n, ELEMENTS / 3, 20);
            format!(
                "<EntityType Name=\"T{n}\"><NavigationProperty Name=\"n{name}\" Type=\"S.T{n}\"><ReferentialConstraint \
                 Property=\"p\" ReferencedProperty=\"q\"/></NavigationProperty></EntityType>"
            )
        }),
    };
    let whole = V4.replace("<EntityType ", &format!("{more}<EntityType "));
    let comment = format!("<!--{}-->", "x".repeat(LONGEST - whole.len() - 100));
    whole.replacen("<edmx:DataServices>", &format!("<edmx:DataServices>{comment}"), 1).into_bytes()
}

/// Sets of which each has a long page of long records.
fn large_pages(request: &Request) -> Reply {
    if request.path.contains("$metadata") {
        let sets = (0..16).map(|number| format!("<EntitySet Name=\"Set{number}\" EntityType=\"S.Thing\"/>"));
        let metadata =
            V4.replace("<EntitySet Name=\"Things", &format!("{}<EntitySet Name=\"Things", sets.collect::<String>()));
        return Reply::body(200, metadata).with("content-type", "application/xml");
    }
    let records = (0..24).map(|number| {
        let comma = if number == 0 { "{\"value\": [" } else { "," };
        format!("{comma}{{\"Id\": {number}, \"Name\": \"{}\"}}", "n".repeat(500 * 1_024)).into_bytes()
    });
    streamed("HTTP/1.1 200 Stub\r\ncontent-type: application/json", records.chain([b"]}".to_vec()]))
}

async fn share(fleet: &Fleet, ada: &Visitor, name: &str, stub: &Stub) -> Tree {
    let endpoint = stub.url("/share");
    let fields = [
        ("settings.source_kind", "webdav"),
        ("settings.source_path", ""),
        ("settings.source_endpoint", endpoint.as_str()),
        ("max_attempts", "1"),
    ];
    fleet.tree(ada, name, &fields).await
}

async fn service(ada: &Visitor, name: &str, stub: &Stub) -> Tree {
    ada.get("/systems/new?kind=odata").await.expect(200);
    let root = stub.url("/odata");
    let fields = [("name", name), ("settings.root", root.as_str()), ("settings.parallel", "16"), ("max_attempts", "1")];
    let made = ada.submit("/systems/new", &fields).await.expect(303);
    let key = key_of(made.location());
    Tree { key, source: "/".into(), destination: "/".into() }
}

both_databases! {
    /// Hostile services at the same time (a folder and metadata without end, folders in folders, a drip, long
    /// pages, the largest valid metadata) stay within 200 MiB.
    async fn hostile_services_at_once(fleet: Fleet) {
        let (process, ada) = fleet.settle(&["--workers=6"]).await;
        let let_go = Arc::new(AtomicBool::new(false));
        let held = let_go.clone();
        let (folder, deep) = (Stub::start(|_, request| endless_folder(request)), Stub::start(|_, request| deep_folders(request)));
        let metadata = Stub::start(|_, request| endless_metadata(request));
        let drip = Stub::start(move |_, _| dripping(&held));
        let pages = Stub::start(|_, request| large_pages(request));
        let largest = large_metadata();
        let large = Stub::start(move |_, _| Reply::body(200, largest.as_str()).with("content-type", "application/xml"));
        let slow = service(&ada, "Drip", &drip).await;
        let systems = [
            (share(&fleet, &ada, "Folder", &folder).await, "PEER-TOO-LARGE"),
            (share(&fleet, &ada, "Deep", &deep).await, "PEER-TOO-LARGE"),
            (service(&ada, "Metadata", &metadata).await, "PEER-TOO-LARGE"),
            (service(&ada, "Pages", &pages).await, "ODATA-"),
            (service(&ada, "Large", &large).await, "ODATA-"),
        ];
        // The checks that follow the first look at a system have nothing to do with it.
        let slow_run = request_run(&ada, &slow).await;
        until("the drip", async || (!drip.seen().is_empty()).then_some(())).await;
        let mut runs = Vec::new();
        for (tree, _code) in &systems {
            runs.push(request_run(&ada, tree).await);
        }
        for ((tree, code), number) in systems.iter().zip(&runs) {
            let page = ended(&ada, &tree.run(*number)).await;
            let log = messages(&ada, tree, *number).await.join("\n");
            assert!(log.contains(code), "{code}: {log}");
            assert!(!page.says("Running"), "{}", page.told());
        }
        let peak = process.memory("VmHWM:");
        let (now, mapped) = (process.memory("RssAnon:"), process.memory("RssFile:"));
        println!("peak: {peak} KiB; now {now} KiB, and {mapped} KiB of files");
        assert!(peak < MOST, "{peak} KiB");
        let_go.store(true, Ordering::Relaxed);
        ended(&ada, &slow.run(slow_run)).await;
    }

    /// Four of the largest valid descriptions, each held until all have nearly come.
    async fn the_largest_descriptions_at_once(fleet: Fleet) {
        let (process, ada) = fleet.settle(&["--workers=4"]).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let stubs = [0, 1, 2, 3].map(|sort| {
            let (whole, asked) = (largest_metadata(sort), asked.clone());
            Stub::start(move |_, _| {
                asked.fetch_add(1, Ordering::Relaxed);
                let (beginning, end) = whole.split_at(whole.len() - 1_000);
                let (beginning, end, asked) = (beginning.to_vec(), end.to_vec(), asked.clone());
                // Two may wait for memory that the others have.
                let rest = std::iter::once_with(move || {
                    (0..200).take_while(|_| asked.load(Ordering::Relaxed) % 4 != 0).for_each(|_| pause());
                    end
                });
                streamed("HTTP/1.1 200 Stub\r\ncontent-type: application/xml", std::iter::once(beginning).chain(rest))
            })
        });
        let mut systems = Vec::new();
        for (number, stub) in stubs.iter().enumerate() {
            systems.push(service(&ada, &format!("Large {number}"), stub).await);
        }
        let mut runs = Vec::new();
        for tree in &systems {
            runs.push(request_run(&ada, tree).await);
        }
        for (tree, number) in systems.iter().zip(&runs) {
            ended(&ada, &tree.run(*number)).await;
            let log = messages(&ada, tree, *number).await.join("\n");
            assert!(log.contains("ODATA-READING"), "it is valid: {log}");
        }
        let peak = process.memory("VmHWM:");
        let (now, mapped) = (process.memory("RssAnon:"), process.memory("RssFile:"));
        println!("peak: {peak} KiB; now {now} KiB, and {mapped} KiB of files");
        assert!(peak < MOST, "{peak} KiB");
    }
}
