//! Creating, renaming, listing and deleting shared credentials.

use secrecy::SecretString;
use syncdesk::access::{Grant, verbs};
use syncdesk::domain::kind::SecretScope;
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::ids::CredentialKey;
use syncdesk::ops::error::OpError;
use syncdesk::ops::objection::Objection;
use syncdesk::ops::shared_credentials::{self, InUse, NewCredential};
use syncdesk::queries::credentials::shared_credential_list;

use super::{audit, create, list, new, share, share_at, specifier};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::queue::depot::ada;

const URL: &str = "https://Files.example:443/dav/te%61m";

/// The fields that were refused, and what is wrong with each.
fn wrong<T: std::fmt::Debug, R: std::fmt::Debug>(result: Result<T, OpError<R>>) -> Vec<(String, Objection)> {
    match result {
        Err(OpError::Invalid(wrong)) => wrong,
        other => panic!("{other:?}"),
    }
}

async fn refused(desk: &Desk, grant: &Grant<verbs::SetCredentials>, new: NewCredential) -> Vec<(String, Objection)> {
    wrong(shared_credentials::create(&desk.context.store, &desk.context.vault, grant, new, audit()).await)
}

fn objection(field: &str, objection: Objection) -> Vec<(String, Objection)> {
    vec![(field.to_owned(), objection)]
}

both_databases! {
    /// A shared credential has the origin, account and path of a URL. Nobody creates one without a name, a usable URL and a
    /// secret.
    async fn what_is_typed_is_checked(desk: Desk) {
        create(&desk, new("Finance", " Archive ", URL, " wim ")).await;
        let listed = list(&desk).await.remove(0);
        let scope = SecretScope {
            origin: "https://files.example".to_owned(), account: "wim".to_owned(), path: "/dav/team/".to_owned(), signs: false,
        };
        assert_eq!((listed.name.as_str(), listed.group.as_str(), listed.scope), ("Archive", "Finance", scope));
        assert_eq!((listed.changed_by.as_str(), listed.systems), ("ada", 0));

        let nothing = NewCredential { secret: SecretString::from(""), ..new("Nowhere", " ", "files.example", "") };
        let all: Vec<String> = refused(&desk, &ada(), nothing).await.into_iter().map(|(field, _)| field).collect();
        assert_eq!(all, ["group", "url", "secret"]);
        for (name, said) in [
            (" ", Objection::NoCredentialName),
            (&"x".repeat(121), Objection::TooLong(120)),
            ("a\u{202e}b", Objection::Invisible('\u{202e}')),
            ("Archive", Objection::CredentialNameTaken),
            ("ARCHIVE", Objection::CredentialNameTaken),
            ("\u{ff21}rchive", Objection::CredentialNameTaken),
        ] {
            assert_eq!(refused(&desk, &ada(), new("Finance", name, URL, "")).await, objection("name", said), "{name}");
        }
        for url in ["", "ftp://files.example/", "https://wim@files.example/", "https://wim:x@files.example/",
            "https://files.example/?a", "https://files.example/#a", "https://files.example/a/..%2fb"] {
            let refused = refused(&desk, &ada(), new("Finance", "Other", url, "")).await;
            assert_eq!(refused, objection("url", Objection::NoServiceUrl), "{url}");
        }
        create(&desk, new("Sales", "archive", URL, "")).await;
    }

    /// Credentials of groups out of reach are answered as those that do not exist.
    async fn out_of_reach_is_answered_as_none(desk: Desk) {
        let key = create(&desk, new("Finance", "Archive", URL, "wim")).await;
        let (store, vault, sven) = (&desk.context.store, &desk.context.vault, specifier(&desk, "Sales").await);
        let none = objection("group", Objection::GroupNotOffered);
        for group in ["Finance", "Nowhere"] {
            assert_eq!(refused(&desk, &sven, new(group, "Archive", URL, "")).await, none, "{group}");
        }
        for key in [key, CredentialKey::from_random([7; 10])] {
            let secret = SecretString::from("another");
            let replaced = shared_credentials::replace_secret(store, vault, &sven, &key, secret, audit()).await;
            assert!(matches!(replaced, Err(OpError::NotFound)), "{replaced:?}");
            let renamed = shared_credentials::rename(store, &sven, &key, "Mine", audit()).await;
            assert!(matches!(renamed, Err(OpError::NotFound)), "{renamed:?}");
            let deleted = shared_credentials::delete(store, &sven, &key, audit()).await;
            assert!(matches!(deleted, Err(OpError::NotFound)), "{deleted:?}");
        }
        assert_eq!(list(&desk).await[0].name, "Archive");
    }

    /// A credential gets another name unless a credential of its group has one that looks equal. Its own in other letters is
    /// possible.
    async fn renaming(desk: Desk) {
        let key = create(&desk, new("Finance", "Archive", URL, "wim")).await;
        create(&desk, new("Finance", "Orders", URL, "wim")).await;
        let rename = async |name: &str| shared_credentials::rename(&desk.context.store, &ada(), &key, name, audit()).await;
        assert_eq!(wrong(rename("orders").await), objection("name", Objection::CredentialNameTaken));
        assert_eq!(wrong(rename("").await), objection("name", Objection::NoCredentialName));
        rename("ARCHIVE").await.expect("its own name");
        let names: Vec<String> = list(&desk).await.into_iter().map(|listed| listed.name).collect();
        assert_eq!(names, ["ARCHIVE", "Orders"]);
    }

    /// A credential that systems use is not deleted, and the refusal says how many use it.
    async fn a_used_one_is_not_deleted(desk: Desk) {
        let key = create(&desk, new("Finance", "Archive", "http://127.0.0.1:9/dav", "wim")).await;
        for name in ["One", "Two"] {
            let endpoint = format!("http://127.0.0.1:9/dav/{name}");
            let tree = desk.saved_system_with("Finance", name, &share_at(&endpoint, "wim")).await;
            share(&desk, &tree, &key).await.expect("it is in scope");
        }
        let delete = async || shared_credentials::delete(&desk.context.store, &ada(), &key, audit()).await;
        let refused = delete().await;
        assert!(matches!(refused, Err(OpError::Refused(InUse(2)))), "{refused:?}");
        assert_eq!(list(&desk).await[0].systems, 2);
        let ada = desk.as_("ada").await;
        for page in ada.get("/systems").await.attributes("tbody th a", "href") {
            ada.get(&format!("{page}/delete")).await.expect(200);
            ada.submit(&format!("{page}/delete"), &[]).await.expect(303);
        }
        assert_eq!(list(&desk).await[0].systems, 0, "a system that is deleted uses nothing");
        let stopped = desk.texts("SELECT subject AS value FROM audit WHERE action = 'credential.stop' ORDER BY id");
        assert_eq!(stopped, ["One", "Two"]);
        delete().await.expect("nobody uses it");
        assert!(list(&desk).await.is_empty());
    }

    /// The list has the credentials of the groups in reach by name, page by page, with how many systems use each.
    async fn the_list(desk: Desk) {
        for (group, name) in [("Sales", "B"), ("Finance", "C"), ("Finance", "A"), ("Sales", "A")] {
            create(&desk, new(group, name, "http://127.0.0.1:9/dav", "wim")).await;
        }
        let tree = desk.saved_system_with("Finance", "One", &share_at("http://127.0.0.1:9/dav", "wim")).await;
        let used = list(&desk).await.into_iter().find(|listed| listed.name == "C").expect("it is listed").key;
        share(&desk, &tree, &used).await.expect("it is in scope");
        let page = async |grant: Grant<verbs::SetCredentials>, start| {
            let request = PageRequest::new(start, 1);
            let page = desk.context.store.read(move |db| shared_credential_list(db, &grant, &request)).await;
            let mut page = page.expect("it is read");
            let row = page.rows.pop().expect("a row");
            (format!("{} {} {}", row.name, row.group, row.systems), page.previous, page.next)
        };
        let mut forwards = vec![page(ada(), Start::First).await];
        while let Some(next) = forwards.last().and_then(|(_, _, next)| next.clone()) {
            forwards.push(page(ada(), next).await);
        }
        let mut backwards = vec![page(ada(), Start::Last).await];
        while let Some(previous) = backwards.last().and_then(|(_, previous, _)| previous.clone()) {
            backwards.push(page(ada(), previous).await);
        }
        backwards.reverse();
        let [forwards, backwards] = [forwards, backwards].map(|rows| rows.into_iter().map(|(row, ..)| row).collect::<Vec<_>>());
        assert_eq!(forwards, backwards);
        assert_eq!(forwards[2..], ["B Sales 0", "C Finance 1"]);
        assert!(forwards[..2].contains(&"A Sales 0".to_owned()) && forwards[..2].contains(&"A Finance 0".to_owned()));
        let (first, _, next) = page(specifier(&desk, "Sales").await, Start::First).await;
        let (second, _, end) = page(specifier(&desk, "Sales").await, next.expect("a second page")).await;
        assert_eq!((first.as_str(), second.as_str(), end), ("A Sales 0", "B Sales 0", None));
    }
}
