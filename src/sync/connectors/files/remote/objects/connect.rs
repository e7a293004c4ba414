//! From the settings to what sends requests: our own for reading, and an operator of OpenDAL for writing that has
//! nothing but what the settings say: no environment, no files of the machine, no metadata service, no other HTTP client.

use std::sync::Arc;

use opendal::{Builder, HttpTransporter, OperationContext, Operator, services};
use reqsign_core::{Context, Signer};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::service::{Service, Signing};
use super::transport::Transport;
use crate::domain::run::PeerFailure;
use crate::net::Net;
use crate::sync::connectors::files::remote::error_response::EndpointName;
use crate::sync::connectors::files::remote::sender::Sender;
use crate::sync::connectors::files::settings::EndpointSettings;

/// An operator with all that it needs, and who it talks to.
pub(super) struct Connected {
    pub(super) operator: Operator,
    pub(super) service: Service,
    pub(super) host: String,
}

pub(super) fn s3(
    settings: &EndpointSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: EndpointName,
) -> Result<Connected, PeerFailure> {
    let EndpointSettings { bucket, account, .. } = settings;
    let region = settings.region_or_default();
    let secret = exposed(secret, settings, &place)?;
    if bucket.ends_with("--x-s3") {
        return Err(place.unusable("directory buckets (S3 Express One Zone) are not supported"));
    }
    let endpoint = settings.service_url().unwrap_or_default();
    let builder = services::S3::default()
        .endpoint(&endpoint)
        .bucket(bucket)
        .region(region)
        .access_key_id(account)
        .secret_access_key(secret)
        .disable_config_load()
        .disable_ec2_metadata();
    // Amazon wants the bucket in the host's name, where the name of the bucket allows it.
    let by_host = settings.endpoint.is_empty() && !bucket.contains('.');
    let builder = if by_host { builder.enable_virtual_host_style() } else { builder };
    let url =
        if by_host { endpoint.replacen("//", &format!("//{bucket}."), 1) } else { format!("{endpoint}/{bucket}") };
    let provider = reqsign_aws_v4::StaticCredentialProvider::new(account, secret);
    let signer = Signer::new(Context::new(), provider, reqsign_aws_v4::RequestSigner::new("s3", region));
    connected(builder, &url, Signing::S3(signer), net, place)
}

pub(super) fn azblob(
    settings: &EndpointSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: EndpointName,
) -> Result<Connected, PeerFailure> {
    let endpoint = settings.service_url().unwrap_or_default();
    let secret = exposed(secret, settings, &place)?;
    let builder = services::Azblob::default().endpoint(&endpoint).container(&settings.bucket);
    // A shared access signature has several parts; a key is Base64 and has none.
    let (builder, provider) = if secret.contains("sig=") && secret.contains('&') {
        let token = secret.trim_start_matches('?');
        (builder.sas_token(token), reqsign_azure_storage::StaticCredentialProvider::new_sas_token(token))
    } else {
        let provider = reqsign_azure_storage::StaticCredentialProvider::new_shared_key(&settings.account, secret);
        (builder.account_name(&settings.account).account_key(secret), provider)
    };
    let url = format!("{endpoint}/{}", settings.bucket);
    let signer = Signer::new(Context::new(), provider, reqsign_azure_storage::RequestSigner::new());
    connected(builder, &url, Signing::Azure(signer), net, place)
}

/// The secret. Without one OpenDAL would go and look for credentials elsewhere.
fn exposed<'a>(
    secret: Option<&'a SecretString>,
    settings: &EndpointSettings,
    place: &EndpointName,
) -> Result<&'a str, PeerFailure> {
    if settings.bucket.is_empty() {
        return Err(place.unusable("the bucket or container is missing"));
    }
    if settings.account.is_empty() {
        return Err(place.unusable("the account is missing"));
    }
    if let Some(setting) = settings.unusable_name() {
        return Err(place.unusable(&format!("the {setting} has characters that are not allowed")));
    }
    match secret.map(|secret| secret.expose_secret().trim()) {
        Some(secret) if !secret.is_empty() => Ok(secret),
        Some(_) | None => Err(place.unusable("the secret is missing")),
    }
}

fn connected(
    builder: impl Builder,
    bucket: &str,
    signing: Signing,
    net: &Net,
    place: EndpointName,
) -> Result<Connected, PeerFailure> {
    let bucket: Url = net.address(bucket)?;
    let operator = Operator::new(builder).map_err(|error| place.unusable(error.message()))?;
    let host = crate::net::trouble::host_of(&bucket);
    let sender = Sender::new(net.client()?, place);
    let operator = with_sender(&operator, &sender);
    Ok(Connected { operator, service: Service { sender, bucket, signing, etags: Arc::default() }, host })
}

/// The same operator that sends its requests with this.
pub(super) fn with_sender(operator: &Operator, sender: &Sender) -> Operator {
    let transport = HttpTransporter::new(Transport(sender.clone()));
    operator.clone().with_context(OperationContext::new().with_http_transport(transport))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::connectors::files::endpoint::Which;
    use crate::sync::connectors::files::settings::EndpointKind;

    fn url(kind: EndpointKind, endpoint: &str, bucket: &str, region: &str) -> Result<String, &'static str> {
        let [endpoint, bucket, region] = [endpoint, bucket, region].map(str::to_owned);
        let settings = EndpointSettings { kind, path: String::new(), bucket, endpoint, region, account: "acme".into() };
        let place = EndpointName { which: Which::Source, address: settings.address() };
        let (net, secret) = (Net::default(), "c2VjcmV0".into());
        let open = if kind == EndpointKind::S3 { s3 } else { azblob };
        let connected = open(&settings, Some(&secret), &net, place).map_err(|failure| failure.code)?;
        Ok(connected.service.bucket.to_string())
    }

    #[test]
    fn where_buckets_are() {
        let s3 = |endpoint, bucket, region| url(EndpointKind::S3, endpoint, bucket, region);
        assert_eq!(s3("", "data", "eu-central-1"), Ok("https://data.s3.eu-central-1.amazonaws.com/".into()));
        assert_eq!(s3("", "data", ""), Ok("https://data.s3.us-east-1.amazonaws.com/".into()));
        assert_eq!(s3("", "da.ta", "eu-central-1"), Ok("https://s3.eu-central-1.amazonaws.com/da.ta".into()));
        let regional = Ok("https://s3.eu-central-1.amazonaws.com/data".into());
        assert_eq!(s3("https://s3.amazonaws.com", "data", "eu-central-1"), regional);
        assert_eq!(s3("https://data.s3.eu-central-1.amazonaws.com", "data", "eu-central-1"), regional);
        assert_eq!(s3("https://files.example/s3/", "data", "x"), Ok("https://files.example/s3/data".into()));
        assert_eq!(s3("", "data--euc1-az1--x-s3", "eu-central-1"), Err("FILE-ROOT"));
        let azure = |endpoint| url(EndpointKind::Azblob, endpoint, "box", "");
        assert_eq!(azure(""), Ok("https://acme.blob.core.windows.net/box".into()));
        assert_eq!(azure("https://files.example/acme/"), Ok("https://files.example/acme/box".into()));
    }
}
