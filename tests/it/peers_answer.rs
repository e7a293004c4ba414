//! The servers are what the tests expect: they store, and they refuse a wrong secret.

use opendal::{Operator, services};

use crate::peers::{Azurite, S3, WebDav};

/// Writes and reads with the right secret; shows what the wrong one gets.
async fn stores_for_its_owner_only(right: Operator, wrong: Operator) {
    opendal::install_default(); // its HTTP client
    let name = "a folder/ä file.txt";
    right.write(name, "content").await.expect("the owner writes");
    assert_eq!(right.read(name).await.expect("the owner reads").to_vec(), b"content");
    let refused = wrong.read(name).await.expect_err("a wrong secret reads nothing");
    let text = refused.to_string();
    assert!(text.contains("status: 401") || text.contains("status: 403"), "{text}");
}

fn s3_operator(bucket: &str, secret: &str) -> Operator {
    let service = services::S3::default()
        .endpoint(&S3::shared().endpoint())
        .region("us-east-1")
        .bucket(bucket)
        .access_key_id(S3::ACCESS_KEY)
        .secret_access_key(secret)
        .disable_config_load();
    Operator::new(service).expect("complete settings")
}

/// The S3 server of the tests responds.
#[tokio::test]
async fn s3() {
    let files = S3::shared().create_bucket("answers");
    stores_for_its_owner_only(s3_operator("answers", S3::SECRET_KEY), s3_operator("answers", "wrong")).await;
    assert!(files.join("a folder/ä file.txt").is_file());
}

fn azurite_operator(container: &str, key: &str) -> Operator {
    let service = services::Azblob::default()
        .endpoint(&Azurite::shared().endpoint())
        .container(container)
        .account_name(Azurite::ACCOUNT)
        .account_key(key);
    Operator::new(service).expect("complete settings")
}

/// Azurite, the Azure server of the tests, responds.
#[tokio::test]
async fn azurite() {
    Azurite::shared().create_container("answers");
    stores_for_its_owner_only(azurite_operator("answers", Azurite::KEY), azurite_operator("answers", "d3Jvbmc=")).await;
}

/// The WebDAV server of the tests responds.
#[tokio::test]
async fn webdav() {
    let url = format!("{}/a%20folder/%C3%A4%20file.txt", WebDav::shared().endpoint().trim_end_matches('/'));
    let client = reqwest::Client::new();
    let folder = url.rsplit_once('/').expect("a folder").0;
    let make = client.request("MKCOL".parse().expect("a method"), folder);
    for request in [make, client.put(&url).body("content")] {
        let answer = request.basic_auth(WebDav::USER, Some(WebDav::PASSWORD)).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
    let read =
        async |password| client.get(&url).basic_auth(WebDav::USER, Some(password)).send().await.expect("an answer");
    assert_eq!(read(WebDav::PASSWORD).await.text().await.expect("text"), "content");
    assert_eq!(read("wrong").await.status(), 401);
    assert!(WebDav::shared().folder().join("a folder/ä file.txt").is_file());
}
