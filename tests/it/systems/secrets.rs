//! Credentials: written, never shown, and never sent to somebody else.

use crate::certificates::OURS;
use crate::database::both_databases;
use crate::desk::{Desk, Tree, key_of};
use crate::visitor::Visitor;

const SECRET: &str = "s3cr3t<of>Ada's&ß%41";
const OTHER: &str = "an0ther_s3cr3t";

/// A bucket that nobody serves.
const BUCKET: [(&str, &str); 7] = [
    ("settings.destination_kind", "s3"),
    ("settings.destination_bucket", "reports"),
    ("settings.destination_endpoint", "http://127.0.0.1:9/"),
    ("settings.destination_region", "eu-central-1"),
    ("settings.destination_account", "AKIAEXAMPLE"),
    ("settings.destination_path", "below"),
    ("settings.destination_secret", SECRET),
];

async fn bucket(desk: &Desk) -> Tree {
    desk.files_system_with("Finance", "Reports", &BUCKET).await
}

/// Saves the form with changes; the error beside the secret, if that is what is refused.
async fn change(ada: &Visitor, tree: &Tree, changes: &[(&str, &str)]) -> Option<String> {
    let edit = format!("{}/edit", tree.page());
    ada.get(&edit).await.expect(200);
    let answer = ada.submit(&edit, changes).await;
    match answer.status {
        303 => None,
        422 => Some(answer.text("[id='settings.destination_secret-error']")),
        _ => panic!("{}", answer.told()),
    }
}

/// Which credential is stored: its bytes differ whenever it was sealed again.
fn sealed(desk: &Desk) -> Vec<String> {
    let bytes = if desk.is_on_postgres() { "encode(sealed, 'hex')" } else { "hex(sealed)" };
    desk.texts(&format!("SELECT slot || ' ' || lower({bytes}) AS value FROM credentials ORDER BY slot"))
}

/// Everything that the database holds, as text and as bytes.
fn dump(desk: &Desk) -> Vec<u8> {
    if desk.is_on_postgres() {
        let tables = desk.texts("SELECT CAST(tablename AS TEXT) AS value FROM pg_tables WHERE schemaname = 'public'");
        assert!(tables.len() > 15, "{tables:?}");
        let all = |table: &String| desk.texts(&format!("SELECT t::text AS value FROM \"{table}\" t")).join("\n");
        return tables.iter().map(all).collect::<String>().into_bytes();
    }
    let file = desk.database_file();
    let mut bytes = std::fs::read(&file).expect("the database");
    bytes.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
    bytes
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

both_databases! {
    /// A service that needs credentials is not saved without them.
    async fn an_end_that_needs_one_asks_for_it(desk: Desk) {
        let ada = desk.as_("ada").await;
        let source = desk.root("Finance").join("in").display().to_string();
        let mut fields = BUCKET.to_vec();
        fields.extend([("name", "Reports"), ("group", "Finance"), ("settings.source_path", source.as_str())]);
        fields.retain(|(name, _)| *name != "settings.destination_secret");
        ada.get("/systems/new?kind=files").await.expect(200);
        let refused = ada.submit("/systems/new", &fields).await.expect(422);
        assert_eq!(refused.text("[id='settings.destination_secret-error']"), "Enter the secret. It is required to sign in.");
        // The entered secret never returns to the browser, whatever else is wrong.
        fields.extend([("settings.destination_secret", SECRET), ("max_attempts", "0")]);
        let refused = ada.submit("/systems/new", &fields).await.expect(422);
        assert!(!refused.body.contains("s3cr3t"), "{}", refused.told());
        assert!(refused.attributes("input[type=password]", "value").is_empty());
        assert!(refused.texts("[id='settings.destination_secret-error']").is_empty(), "{}", refused.told());
        assert!(refused.says("Kept from your last attempt"), "{}", refused.told());
        assert!(sealed(&desk).is_empty());
    }

    /// A stored secret is in no page, export, audit entry or database column in clear.
    async fn nobody_reads_it_again(desk: Desk) {
        let tree = bucket(&desk).await;
        let (_, run) = desk.synchronize(&tree).await;
        assert!(run.says("Error"), "nobody serves this bucket: {}", run.told());
        let ada = desk.as_("ada").await;
        ada.open(&tree.page()).await.expect(200);
        let check = ada.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
        let check = desk.ended(&ada, check.location()).await.path;
        let edit = ada.get(&format!("{}/edit", tree.page())).await.expect(200);
        let field = "input[name='settings.destination_secret']";
        assert!(edit.attributes(field, "value").is_empty());
        assert_eq!(edit.attributes(field, "placeholder"), ["Leave empty to keep the current value"]);
        assert!(edit.says("Secret Stored") && edit.says("Secret Not set"), "{}", edit.told());
        let (run, live) = (tree.run(1), format!("{}/live", tree.run(1)));
        let (csv, lines) = (format!("{run}/messages.csv"), format!("{run}/messages.ndjson"));
        for path in [&tree.page(), &run, &live, &csv, &lines, &check, "/systems", "/systems.csv"] {
            let answer = ada.get(path).await.expect(200);
            assert!(!answer.body.contains("s3cr3t"), "{path}");
        }
        let dump = dump(&desk);
        assert!(contains(&dump, b"AKIAEXAMPLE"), "the dump is of this database");
        let hex = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        for form in [SECRET, "s3cr3t", &hex, "czNjcjN0"] {
            assert!(!contains(&dump, form.as_bytes()), "{form}");
        }
    }

    /// A secret field that is left empty keeps the stored secret.
    async fn left_empty_it_stays(desk: Desk) {
        let tree = bucket(&desk).await;
        let (ada, before) = (desk.as_("ada").await, sealed(&desk));
        assert_eq!(before.len(), 1, "{before:?}");
        for changes in [("settings.destination_path", "elsewhere"), ("name", "New")] {
            assert_eq!(change(&ada, &tree, &[changes]).await, None);
            assert_eq!(sealed(&desk), before, "{changes:?}");
        }
        // With another one the connection is checked at once: the next check of a bad one is a quarter of an hour away.
        desk.work().await;
        let (checks, earlier) = (|| desk.count("checks"), desk.count("checks"));
        assert_eq!(change(&ada, &tree, &[("settings.destination_secret", OTHER)]).await, None);
        assert_ne!(sealed(&desk), before);
        desk.work().await;
        assert_ne!(checks(), earlier);
    }

    /// A person who may edit a system must not learn its secret by pointing it at their own server.
    async fn a_new_host_or_account_demands_it_again(desk: Desk) {
        let tree = bucket(&desk).await;
        let (ada, before) = (desk.as_("ada").await, sealed(&desk));
        let said = "The address, path or account has changed. Enter the secret again.";
        for changes in [
            &[("settings.destination_endpoint", "http://127.0.0.1:10/")][..],
            &[("settings.destination_endpoint", "https://127.0.0.1:9/")],
            &[("settings.destination_endpoint", "http://127.0.0.1.evil.example:9/")],
            &[("settings.destination_endpoint", "")],
            &[("settings.destination_account", "AKIAOTHER")],
            &[("settings.destination_bucket", "other")],
            &[("settings.destination_kind", "azblob")],
            &[("settings.destination_kind", "webdav")],
        ] {
            assert_eq!(change(&ada, &tree, changes).await.as_deref(), Some(said), "{changes:?}");
            assert_eq!(sealed(&desk), before, "{changes:?}");
        }
        let changes = [("settings.destination_account", "AKIAOTHER"), ("settings.destination_secret", OTHER)];
        assert_eq!(change(&ada, &tree, &changes).await, None);
        assert_ne!(sealed(&desk), before);
    }

    /// Names that become parts of the URL must not change which host or path is called.
    async fn a_bucket_is_a_name_only(desk: Desk) {
        let tree = bucket(&desk).await;
        let (ada, before) = (desk.as_("ada").await, sealed(&desk));
        let edit = format!("{}/edit", tree.page());
        for (field, value) in [
            ("settings.destination_bucket", "..\\tenant\\box"),
            ("settings.destination_bucket", ".."),
            ("settings.destination_bucket", "%2e%2e"),
            ("settings.destination_bucket", "2130706433:9?"),
            ("settings.destination_bucket", "a#"),
            ("settings.destination_region", "x.evil.example/"),
        ] {
            ada.get(&edit).await.expect(200);
            let answer = ada.submit(&edit, &[(field, value), ("settings.destination_secret", OTHER)]).await.expect(422);
            assert!(answer.text(&format!("[id='{field}-error']")).contains("Use only letters"), "{value}: {}", answer.told());
            assert_eq!(sealed(&desk), before, "{value}");
        }
        // The bucket would be taken out of the host.
        let host = [("settings.destination_endpoint", "https://reports.corp.example"), ("settings.destination_secret", OTHER)];
        ada.get(&edit).await.expect(200);
        let answer = ada.submit(&edit, &host).await.expect(422);
        assert!(answer.text("[id='settings.destination_endpoint-error']").contains("https://corp.example"), "{}", answer.told());
    }

    /// A page of the same host may show what it is sent.
    async fn another_path_demands_it_again(desk: Desk) {
        let share = |path| [("settings.source_kind", "webdav"), ("settings.source_path", ""),
            ("settings.source_endpoint", path), ("settings.source_account", "ada"), ("settings.source_secret", SECRET)];
        let tree = desk.files_system_with("Finance", "Share", &share("http://127.0.0.1:9/dav/team")).await;
        let (ada, before) = (desk.as_("ada").await, sealed(&desk));
        let edit = format!("{}/edit", tree.page());
        let said = "The address, path or account has changed. Enter the secret again.";
        for (path, kept) in [
            ("http://127.0.0.1:9/dav/team/", true),
            ("http://127.0.0.1:9/dav/team/deeper", true),
            ("http://127.0.0.1:9/dav/team", false),
            ("http://127.0.0.1:9/dav/team/deeper/..", false),
            ("http://127.0.0.1:9/dav/team/deeper/..%2f..%2fdebug", false),
            ("http://127.0.0.1:9/", false),
            ("http://127.0.0.1:9/debug", false),
        ] {
            ada.get(&edit).await.expect(200);
            let answer = ada.submit(&edit, &[("settings.source_endpoint", path)]).await;
            assert_eq!(answer.status, if kept { 303 } else { 422 }, "{path}: {}", answer.told());
            if !kept {
                assert_eq!(answer.text("[id='settings.source_secret-error']"), said, "{path}");
            }
            assert_eq!(sealed(&desk), before, "{path}");
        }
    }

    /// A token without an account is optional, so the form does not require it: it is removed.
    async fn an_optional_token_does_not_follow_a_changed_host(desk: Desk) {
        for changed in ["http://127.0.0.1:10/dav", "http://localhost:9/dav", "https://127.0.0.1:9/dav", "http://127.0.0.1:9/"] {
            let share = [("settings.source_kind", "webdav"), ("settings.source_path", ""), ("settings.source_account", ""),
                ("settings.source_endpoint", "http://127.0.0.1:9/dav"), ("settings.source_secret", SECRET)];
            let name = changed.replace([':', '/', '.'], "-");
            let tree = desk.files_system_with("Finance", &name, &share).await;
            let ada = desk.as_("ada").await;
            assert_eq!(sealed(&desk).len(), 1, "it is stored");
            let edit = format!("{}/edit", tree.page());
            for (endpoint, left) in [("http://127.0.0.1:9/dav/deeper", 1), (changed, 0)] {
                ada.get(&edit).await.expect(200);
                ada.submit(&edit, &[("settings.source_endpoint", endpoint)]).await.expect(303);
                assert_eq!(sealed(&desk).len(), left, "{endpoint}");
            }
        }
    }

    /// There and back again: what was removed does not come back with the old host.
    async fn it_goes_with_its_end(desk: Desk) {
        let tree = bucket(&desk).await;
        let ada = desk.as_("ada").await;
        let folder = tree.destination.display().to_string();
        let local = [("settings.destination_kind", "local"), ("settings.destination_path", folder.as_str())];
        assert_eq!(change(&ada, &tree, &local).await, None);
        assert!(sealed(&desk).is_empty());
        let back = [("settings.destination_kind", "s3"), ("settings.destination_path", "below"),
            ("settings.destination_bucket", "reports"), ("settings.destination_endpoint", "http://127.0.0.1:9/"),
            ("settings.destination_account", "AKIAEXAMPLE")];
        assert_eq!(change(&ada, &tree, &back).await.as_deref(), Some("Enter the secret. It is required to sign in."));
        assert!(sealed(&desk).is_empty());
    }

    /// A key in PEM has several lines. It belongs to its certificate, and to the place where it signs.
    async fn a_private_key_is_a_secret_too(desk: Desk) {
        let ((certificate, key), other) = (OURS.client().typed(), OURS.client().typed());
        let ada = desk.as_("ada").await;
        let root = "https://127.0.0.1:9/odata";
        let fields = |root, certificate, key| [
            ("name", "Service"), ("group", "Finance"), ("settings.root", root), ("settings.auth", "certificate"),
            ("settings.certificate", certificate), ("settings.key", key),
        ];
        let line = key.lines().nth(1).expect("it has several lines");
        let both = format!("{certificate}{key}");
        for (fields, field, said) in [
            (fields(root, &both, &key), "certificate",
                "Not valid: it contains a private key; enter the key in its own field."),
            (fields(root, "", &key), "certificate", "Enter the certificate."),
            (fields(root, "nonsense", &key), "certificate", "Not valid: it contains no certificate."),
            (fields(root, &certificate, ""), "key", "Enter the secret. It is required to sign in."),
            (fields(root, &certificate, &other.1), "key", "Not valid: the key does not belong to the first certificate."),
            (fields("http://127.0.0.1:9/odata", &certificate, &key), "root",
                "A client certificate requires an https:// URL."),
        ] {
            ada.get("/systems/new?kind=odata").await.expect(200);
            let refused = ada.submit("/systems/new", &fields).await.expect(422);
            assert_eq!(refused.text(&format!("[id='settings.{field}-error']")), said);
            assert!(!refused.body.contains(line), "{field}");
        }
        ada.get("/systems/new?kind=odata").await.expect(200);
        let made = ada.submit("/systems/new", &fields(root, &certificate, &key)).await.expect(303);
        let (page, before) = (format!("/systems/{}", key_of(made.location())), sealed(&desk));
        assert!(before.len() == 1 && before[0].starts_with("key "), "{before:?}");
        let edit = format!("{page}/edit");
        for path in [&page, &edit] {
            assert!(!ada.get(path).await.expect(200).body.contains(line), "{path}");
        }
        let form = ada.get(&edit).await.expect(200);
        assert_eq!(form.attributes("textarea[name='settings.key']", "placeholder"), ["Leave empty to keep the current value"]);
        assert!(!contains(&dump(&desk), line.as_bytes()) && contains(&dump(&desk), b"127.0.0.1:9"));
        let changed = "The address, path or account has changed. Enter the secret again.";
        for (change, said) in [
            (&[("settings.page_size", "7")][..], None),
            (&[("settings.root", "https://127.0.0.1:9/odata/deeper")], None),
            (&[("settings.root", "https://127.0.0.1:9/odata")], Some(changed)),
            (&[("settings.root", "https://127.0.0.1:9/other")], Some(changed)),
            (&[("settings.root", "https://127.0.0.1:10/odata")], Some(changed)),
            (&[("settings.proxy", "http://127.0.0.1:8")], Some(changed)),
            (&[("settings.certificate", &other.0)], Some(changed)),
        ] {
            ada.get(&edit).await.expect(200);
            let answer = ada.submit(&edit, change).await.expect(if said.is_some() { 422 } else { 303 });
            assert_eq!(said.map(|_| answer.text("[id='settings.key-error']")).as_deref(), said, "{change:?}");
            assert_eq!(sealed(&desk), before, "{change:?}");
        }
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.certificate", &other.0), ("settings.key", &other.1)]).await.expect(303);
        assert_ne!(sealed(&desk), before);
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.auth", "none")]).await.expect(303);
        assert!(sealed(&desk).is_empty(), "what signs nothing is not kept");
    }

    /// The secrets of a system are deleted with it.
    async fn it_goes_with_its_system(desk: Desk) {
        let tree = bucket(&desk).await;
        let (ada, delete) = (desk.as_("ada").await, format!("{}/delete", tree.page()));
        ada.get(&delete).await.expect(200);
        ada.submit(&delete, &[]).await.expect(303);
        assert!(sealed(&desk).is_empty());
    }
}

both_databases! {
    /// Credentials over plain HTTP are warned about on the system, its check and its form.
    async fn credentials_over_plain_http_are_warned_about(desk: Desk) {
        const WARNING: &str = "Syncdesk sends credentials without encryption to http://s3.example.org";
        let plain = [&BUCKET[..], &[("settings.destination_endpoint", "http://s3.example.org/")]].concat();
        let tree = desk.saved_system_with("Finance", "Reports", &plain).await;
        let local = desk.saved_system_with("Finance", "Local", &BUCKET).await;
        let ada = desk.as_("ada").await;
        ada.get("/account").await.expect(200);
        let check = ada.post_form(&format!("{}/check", tree.page()), &[]).await.expect(303).location().to_owned();
        for page in [tree.page(), check, format!("{}/edit", tree.page())] {
            let page = ada.get(&page).await.expect(200);
            let warnings = page.texts(".note.warn").join(" ");
            assert!(warnings.contains(WARNING) && warnings.contains("https://"), "{}", page.told());
        }
        for page in [local.page(), format!("{}/edit", local.page())] {
            let page = ada.get(&page).await.expect(200);
            assert!(!page.says("without encryption"), "to this machine: {}", page.told());
        }
        // Without the credential nothing is sent.
        desk.sql("DELETE FROM credentials");
        let page = ada.get(&tree.page()).await.expect(200);
        assert!(!page.says("without encryption"), "{}", page.told());
    }
}
