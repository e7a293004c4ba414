//! SIGKILL while records are staged, and while they are published: nothing of it is ever seen.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use crate::database::{Bare, both_databases};
use crate::desk::key_of;
use crate::odata::stub::{Service, is_for, json};
use crate::program::{Home, Process, said};
use crate::stub::Reply;
use crate::visitor::Visitor;
use crate::wait::{until, wait_until};

const PASSWORD: &str = "a phrase that is long enough";
const SETTINGS: [&str; 1] = ["--allow-networks=127.0.0.0/8"];

/// A portal whose system has one published thing.
async fn opened(home: &Home, service: &Service) -> (Process, Visitor, String) {
    let portal = home.serve(&SETTINGS);
    let ada = ["user", "add", "ada", "--collection", "Administrator", "--all"];
    said(home.command(&ada), PASSWORD).worked();
    let visitor = signed_in(&portal).await;
    service.says("Things", || json(r#"{"value": [{"Id": 1, "Name": "one"}]}"#));
    visitor.get("/systems/new?kind=odata").await.expect(200);
    let (name, root) = (("name", "Service"), service.root());
    let fields = [name, ("group", "General"), ("settings.root", root.as_str())];
    let made = visitor.submit("/systems/new", &fields).await.expect(303);
    let system = format!("/systems/{}", key_of(made.location()));
    synchronize(&visitor, &system).await;
    ended(&visitor, &format!("{system}/runs/1")).await;
    assert_eq!(seen(&mut home.database.connect()), ["one"]);
    (portal, visitor, system)
}

async fn signed_in(portal: &Process) -> Visitor {
    let visitor = portal.visitor();
    visitor.open("/").await.expect(200);
    visitor.submit("/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await.expect(303);
    visitor
}

async fn synchronize(visitor: &Visitor, system: &str) {
    visitor.open(system).await.expect(200);
    visitor.submit(&format!("{system}/synchronize"), &[]).await.expect(303);
}

async fn ended(visitor: &Visitor, run: &str) -> String {
    until("the run to end", async || {
        let page = visitor.get(run).await.expect(200);
        page.header("refresh").is_empty().then(|| page.told())
    })
    .await
}

/// The names that the replica shows.
fn seen(database: &mut Bare) -> Vec<String> {
    let data = database.texts(
        "SELECT data AS value FROM replica_records, replicas WHERE from_run <= published_run
         AND (to_run IS NULL OR to_run > published_run) AND NOT orphaned ORDER BY record_key",
    );
    let name = |data: &String| serde_json::from_str::<serde_json::Value>(data).expect("JSON")["Name"].clone();
    data.iter().map(|data| name(data).as_str().expect("a name").to_owned()).collect()
}

/// Starts again where the other one ended; its run is found by its lease, which has expired.
async fn goes_on(home: &Home, service: &Service, system: &str) {
    service.says("Things", || json(r#"{"value": [{"Id": 1, "Name": "new"}, {"Id": 3, "Name": "three"}]}"#));
    let mut database = home.database.connect();
    database.execute("UPDATE runs SET lease_until = 0 WHERE state = 'running'");
    let portal = home.serve(&SETTINGS);
    let visitor = signed_in(&portal).await;
    let told = ended(&visitor, &format!("{system}/runs/2")).await;
    assert!(told.contains("RUN-LOST-WORKER"), "{told}");
    // Its retry starts at once.
    let shown = seen(&mut database);
    assert!(shown == ["one"] || shown == ["new", "three"], "as before, or what the retry has published: {shown:?}");
    let log = visitor.get(&format!("{system}/runs/2/messages.ndjson")).await.expect(200).body;
    assert!(!log.contains("AFC-"), "it does not tell of what was not published: {log}");
    let told = ended(&visitor, &format!("{system}/runs/3")).await;
    assert!(told.contains("Completed"), "{told}");
    assert_eq!(seen(&mut database), ["new", "three"]);
    let left = database.texts("SELECT data AS value FROM replica_records WHERE data LIKE '%never%'");
    assert!(left.is_empty(), "{left:?}");
}

/// From the flip on, the database takes no message of the run, and does not let it end.
fn lets_nothing_follow(database: &mut Bare) {
    database.execute(match database {
        Bare::Sqlite(_) => {
            "CREATE TRIGGER nothing_follows BEFORE INSERT ON messages
             WHEN NEW.run_id IN (SELECT published_run FROM replicas) BEGIN SELECT RAISE(ABORT, 'nothing follows'); END;
             CREATE TRIGGER no_end BEFORE UPDATE ON runs
             WHEN NEW.state = 'ended' BEGIN SELECT RAISE(ABORT, 'no end'); END"
        }
        Bare::Postgres(_) => {
            "CREATE FUNCTION nothing_follows() RETURNS trigger AS $$ BEGIN
               IF NEW.run_id IN (SELECT published_run FROM replicas) THEN RAISE EXCEPTION 'nothing follows'; END IF;
               RETURN NEW; END $$ LANGUAGE plpgsql;
             CREATE FUNCTION no_end() RETURNS trigger AS $$ BEGIN
               IF NEW.state = 'ended' THEN RAISE EXCEPTION 'no end'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
             CREATE TRIGGER nothing_follows BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION nothing_follows();
             CREATE TRIGGER no_end BEFORE UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION no_end()"
        }
    });
}

fn lets_all_follow(database: &mut Bare) {
    database.execute(match database {
        Bare::Sqlite(_) => "DROP TRIGGER nothing_follows; DROP TRIGGER no_end",
        Bare::Postgres(_) => "DROP TRIGGER nothing_follows ON messages; DROP TRIGGER no_end ON runs",
    });
}

both_databases! {
    async fn killed_while_staging(home: Home) {
        let service = Service::start();
        let (portal, visitor, system) = opened(&home, &service).await;
        service.answers(|request| is_for(request, "Things").then(|| {
            let page = r#"{"value": [{"Id": 1, "Name": "never"}, {"Id": 2, "Name": "never"}], "@odata.nextLink": "Things?$skiptoken=2"}"#;
            if request.path.contains("skiptoken") { Reply::Silence(Vec::new()) } else { json(page) }
        }));
        synchronize(&visitor, &system).await;
        let mut database = home.database.connect();
        wait_until("a page to be staged", || {
            let staged = database.texts("SELECT data AS value FROM replica_records WHERE data LIKE '%never%'");
            (staged.len() == 2).then_some(())
        });
        portal.kill();
        assert_eq!(seen(&mut database), ["one"]);
        goes_on(&home, &service, &system).await;
    }

    /// What it published it has told of: the two are stored together. Triggers keep the rest of the run from the database.
    async fn killed_after_publishing(home: Home) {
        let service = Service::start();
        let (portal, visitor, system) = opened(&home, &service).await;
        service.says("Things", || json(r#"{"value": [{"Id": 1, "Name": "new"}, {"Id": 3, "Name": "three"}]}"#));
        let mut database = home.database.connect();
        lets_nothing_follow(&mut database);
        synchronize(&visitor, &system).await;
        wait_until("it to be published", || (seen(&mut database) == ["new", "three"]).then_some(()));
        portal.kill();
        lets_all_follow(&mut database);
        database.execute("UPDATE runs SET lease_until = 0 WHERE state = 'running'");
        let portal = home.serve(&SETTINGS);
        let visitor = signed_in(&portal).await;
        let told = ended(&visitor, &format!("{system}/runs/2")).await;
        assert!(told.contains("RUN-LOST-WORKER") && !told.contains("Log is incomplete"), "{told}");
        let log = visitor.get(&format!("{system}/runs/2/messages.ndjson")).await.expect(200).body;
        let codes = ["AFC-I02", "ODATA-ABSENT", "AFC-S06", "AFC-S07", "RUN-LOST-WORKER"];
        // Both sets are read at the same time: in which order that is reported is not known.
        let published: Vec<&str> = log.lines().filter(|line| !line.contains("ODATA-READ")).collect();
        assert_eq!(published.len(), codes.len(), "{log}");
        for (line, code) in published.iter().zip(codes) {
            assert!(line.contains(code), "{code}: {line}");
        }
        let counts = "SELECT CAST(n_success AS TEXT) || ' ' || CAST(n_information AS TEXT) || ' ' || CAST(emitted - stored AS TEXT) AS value
            FROM run_progress p JOIN runs r ON r.id = p.run_id WHERE r.no = 2";
        assert_eq!(database.texts(counts), ["2 6 0"]);
        let told = ended(&visitor, &format!("{system}/runs/3")).await;
        assert!(told.contains("Completed"), "{told}");
        assert_eq!(seen(&mut database), ["new", "three"]);
    }

    /// The last thing that a run asks for is the model; from then on a lock keeps it from publishing.
    async fn killed_while_publishing(home: Home) {
        let service = Service::start();
        let (portal, visitor, system) = opened(&home, &service).await;
        let (asked, is_asked) = channel();
        let (locked, is_locked) = channel::<()>();
        let (is_locked, asked, mut models) = (Arc::new(Mutex::new(is_locked)), asked as Sender<()>, 0);
        service.answers(move |request| {
            if is_for(request, "$metadata") {
                models += 1;
                if models == 2 {
                    let _ = asked.send(());
                    let _ = is_locked.lock().expect("no panic").recv();
                }
                return None;
            }
            is_for(request, "Things").then(|| json(r#"{"value": [{"Id": 1, "Name": "never"}]}"#))
        });
        synchronize(&visitor, &system).await;
        is_asked.recv().expect("it asks for the model once more");
        let mut database = home.database.connect();
        database.execute(match database {
            Bare::Sqlite(_) => "BEGIN IMMEDIATE",
            Bare::Postgres(_) => "BEGIN; LOCK TABLE replica_sets IN EXCLUSIVE MODE",
        });
        locked.send(()).expect("the service waits");
        if let Bare::Postgres(_) = database {
            let mut watching = home.database.connect();
            wait_until("it to publish", || {
                let waiting = watching.texts("SELECT query AS value FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND query LIKE '%replica_sets%' AND datname = current_database()");
                (!waiting.is_empty()).then_some(())
            });
        }
        portal.kill();
        database.execute("COMMIT");
        let staged = database.texts("SELECT data AS value FROM replica_records WHERE data LIKE '%never%'");
        assert_eq!((staged.len(), seen(&mut database)), (1, vec!["one".to_owned()]));
        goes_on(&home, &service, &system).await;
    }
}
