//! Postgres cannot be reached, or does not respond.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use syncdesk::clock::SystemClock;
use syncdesk::config::DatabaseUrl;

use super::proxy::Proxy;
use super::{health, names_the_fault, until_healthy};
use crate::database::{Database, Fixture};
use crate::desk::{Desk, sign_in};
use crate::peers::Postgres;
use crate::wait::until;

const TITLE: &str = "The database is unavailable";
const TO_DO: &str = "check that the database server runs";

/// All connections end, and no new one is let in.
#[tokio::test]
async fn a_server_that_refuses_connections() {
    let desk = Desk::on(Database::Postgres).await;
    let tree = desk.files_system("Finance", "Reports").await;
    let mona = desk.as_("mona").await;
    mona.get(&tree.page()).await.expect(200);
    let name = desk.texts("SELECT current_database()::text AS value").concat();
    let server = Postgres::shared();
    server.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    server.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    for page in [tree.page(), "/systems".to_owned(), "/logs".to_owned(), "/account".to_owned()] {
        let away = mona.get(&page).await;
        names_the_fault(&mona, &away, TITLE, TO_DO).await;
    }
    let posted = mona.post_bare(&format!("{}/synchronize", tree.page()), &[]).await;
    names_the_fault(&mona, &posted, TITLE, TO_DO).await;
    let nowhere = mona.get("/nowhere").await;
    names_the_fault(&mona, &nowhere, TITLE, TO_DO).await;
    assert_eq!(health(&desk.nobody()).await, (503, "unavailable".to_owned()));
    desk.nobody().get("/static/icon.svg").await.expect(200);
    server.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    until("it to come back", async || (mona.get(&tree.page()).await.status == 200).then_some(())).await;
    until_healthy(&mona).await;
}

/// The connections stay and nothing arrives: nobody waits for them to time out.
#[tokio::test]
async fn a_server_that_does_not_respond() {
    let far = Desk::empty(Database::Postgres, &[], Arc::new(SystemClock)).await;
    far.settle().await;
    let DatabaseUrl::Postgres { url } = &far.context.config.database else { panic!("it is Postgres") };
    let url = url.expose_secret().to_owned();
    let port: u16 = url
        .rsplit(':')
        .next()
        .and_then(|end| end.split('/').next())
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let proxy = Proxy::to(port).await;
    let behind = SecretString::from(url.replace(&format!(":{port}/"), &format!(":{}/", proxy.port)));
    let desk = Desk::tuned(Database::Sqlite, &[], Arc::new(SystemClock), |config| {
        config.database = DatabaseUrl::Postgres { url: behind };
        config.key_file.clone_from(&far.context.config.key_file);
    })
    .await;
    // Its queue is in the database of `far`, which looks there.
    desk.leaves_work();
    let mona = desk.nobody();
    sign_in(&mona, "mona").await.expect(303);
    mona.get("/systems").await.expect(200);
    proxy.stop();
    for _ in 0..2 {
        let hangs = mona.get("/systems").await;
        names_the_fault(&mona, &hangs, TITLE, TO_DO).await;
    }
    assert_eq!(health(&mona).await, (503, "unavailable".to_owned()));
    proxy.resume();
    until("it to respond", async || (mona.get("/systems").await.status == 200).then_some(())).await;
    until_healthy(&mona).await;
}
