//! From the settings to an operator of OpenDAL that has nothing but what they say: no environment, no
//! files of the machine, no metadata service, no client of its own.

use opendal::{Builder, HttpTransporter, OperationContext, Operator, services};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::transport::Transport;
use crate::domain::run::Failure;
use crate::net::Net;
use crate::sync::connectors::files::remote::refusal::Place;
use crate::sync::connectors::files::remote::sender::Sender;
use crate::sync::connectors::files::settings::EndSettings;

/// Where services without a region of their own are.
const REGION: &str = "us-east-1";

/// An operator with all that it needs, and who it talks to.
pub(super) struct Connected {
    pub(super) operator: Operator,
    pub(super) sender: Sender,
    pub(super) host: String,
}

pub(super) fn s3(
    settings: &EndSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: Place,
) -> Result<Connected, Failure> {
    let region = if settings.region.is_empty() { REGION } else { &settings.region };
    let usual = format!("https://s3.{region}.amazonaws.com");
    let endpoint = if settings.endpoint.is_empty() { &usual } else { &settings.endpoint };
    let builder = services::S3::default()
        .endpoint(endpoint)
        .bucket(&settings.bucket)
        .region(region)
        .access_key_id(&settings.account)
        .secret_access_key(exposed(secret, settings, &place)?)
        .disable_config_load()
        .disable_ec2_metadata();
    // Amazon wants the bucket in the host's name, where the name of the bucket allows it.
    let by_host = settings.endpoint.is_empty() && !settings.bucket.contains('.');
    let builder = if by_host { builder.enable_virtual_host_style() } else { builder };
    connected(builder, endpoint, net, place)
}

pub(super) fn azblob(
    settings: &EndSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: Place,
) -> Result<Connected, Failure> {
    let usual = format!("https://{}.blob.core.windows.net", settings.account);
    let endpoint = if settings.endpoint.is_empty() { &usual } else { &settings.endpoint };
    let secret = exposed(secret, settings, &place)?;
    let builder = services::Azblob::default().endpoint(endpoint).container(&settings.bucket);
    // A shared access signature has several parts; a key is Base64 and has none.
    let builder = if secret.contains("sig=") && secret.contains('&') {
        builder.sas_token(secret.trim_start_matches('?'))
    } else {
        builder.account_name(&settings.account).account_key(secret)
    };
    connected(builder, endpoint, net, place)
}

/// The secret. Without one OpenDAL would go and look for credentials elsewhere.
fn exposed<'a>(secret: Option<&'a SecretString>, settings: &EndSettings, place: &Place) -> Result<&'a str, Failure> {
    if settings.bucket.is_empty() {
        return Err(place.unusable("the bucket or container is missing"));
    }
    if settings.account.is_empty() {
        return Err(place.unusable("the account is missing"));
    }
    match secret.map(|secret| secret.expose_secret().trim()) {
        Some(secret) if !secret.is_empty() => Ok(secret),
        Some(_) | None => Err(place.unusable("the secret is missing")),
    }
}

fn connected(builder: impl Builder, endpoint: &str, net: &Net, place: Place) -> Result<Connected, Failure> {
    let url = net.address(endpoint)?;
    let operator = Operator::new(builder).map_err(|error| place.unusable(error.message()))?;
    let sender = Sender::new(net.client()?, place);
    let operator = with_sender(&operator, &sender);
    Ok(Connected { operator, sender, host: host_of(&url) })
}

fn host_of(url: &Url) -> String {
    crate::net::trouble::host_of(url)
}

/// The same operator that sends its requests with this.
pub(super) fn with_sender(operator: &Operator, sender: &Sender) -> Operator {
    let transport = HttpTransporter::new(Transport(sender.clone()));
    operator.clone().with_context(OperationContext::new().with_http_transport(transport))
}
