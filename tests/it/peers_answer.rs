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
    // OpenDAL calls WebDAV's 401 `Unexpected`: look at the status itself.
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

#[tokio::test]
async fn azurite() {
    Azurite::shared().create_container("answers");
    stores_for_its_owner_only(azurite_operator("answers", Azurite::KEY), azurite_operator("answers", "d3Jvbmc=")).await;
}

fn webdav_operator(password: &str) -> Operator {
    let service =
        services::Webdav::default().endpoint(&WebDav::shared().endpoint()).username(WebDav::USER).password(password);
    Operator::new(service).expect("complete settings")
}

#[tokio::test]
async fn webdav() {
    stores_for_its_owner_only(webdav_operator(WebDav::PASSWORD), webdav_operator("wrong")).await;
    assert!(WebDav::shared().folder().join("a folder/ä file.txt").is_file());
}
