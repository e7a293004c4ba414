//! How requests are signed in.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::codes;
use super::settings::{Auth, SECRET, Settings};
use super::words::refusal;
use crate::clock::since_boot;
use crate::domain::run::{PeerFailure, Stage};
use crate::net::Net;
use crate::net::body::Body;
use crate::net::client::{Client, Outgoing};
use crate::net::status::{failure_of, quote};
use crate::net::trouble;
use crate::sync::connector::Peer;

/// Maximum length of a response with a token, in bytes.
const LONGEST: usize = 64 * 1024;

/// Lifetime of a token whose response has no `expires_in`, from the example in RFC 6749.
const USUAL_LIFE: Duration = Duration::from_hours(1);

/// Longest access token: most servers take no longer headers.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Each token is used for this long at least: one that ended earlier is refused, and then replaced.
const SHORTEST_LIFE: Duration = Duration::from_secs(30);

/// No token is used for longer, whatever is said of it.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// What signs requests in.
pub(super) enum SignIn {
    Nobody,
    /// The same header each time.
    Fixed(HeaderName, HeaderValue),
    Tokens(Box<Tokens>),
}

/// Access tokens by client credentials (RFC 6749, 4.4).
pub(super) struct Tokens {
    client: Client,
    url: Url,
    credentials: HeaderValue,
    scope: String,
    /// The one in use, and until when (since boot).
    current: Mutex<Option<(HeaderValue, Duration)>>,
}

impl SignIn {
    pub(super) fn open(settings: &Settings, peer: &Peer, net: &Net) -> Result<Self, PeerFailure> {
        let secret = || {
            let missing = PeerFailure::new(Stage::Settings, codes::SETTING).arg("secret").arg("none is stored");
            peer.credentials.get(SECRET).ok_or(missing)
        };
        Ok(match settings.auth {
            // A certificate is shown when the connection is made.
            Auth::None | Auth::Certificate => Self::Nobody,
            Auth::Basic => Self::Fixed(AUTHORIZATION, basic(&settings.account, secret()?)?),
            Auth::Header => {
                let name = HeaderName::try_from(&settings.header_name).map_err(|error| unusable(&error))?;
                Self::Fixed(name, sensitive(secret()?.expose_secret())?)
            }
            Auth::OAuth2 => Self::Tokens(Box::new(Tokens {
                client: net.client()?,
                url: net.address(&settings.token_url)?,
                // Both are encoded as in a form first (RFC 6749, 2.3.1).
                credentials: basic(&encoded(&settings.account), &encoded(secret()?.expose_secret()).into())?,
                scope: settings.scope.clone(),
                current: Mutex::default(),
            })),
        })
    }

    /// Signs a request, and tells with what.
    pub(super) async fn sign(&self, request: &mut Request) -> Result<Option<HeaderValue>, PeerFailure> {
        let (name, value) = match self {
            Self::Nobody => return Ok(None),
            Self::Fixed(name, value) => (name.clone(), value.clone()),
            Self::Tokens(tokens) => (AUTHORIZATION, tokens.bearer().await?),
        };
        request.headers_mut().insert(name, value.clone());
        Ok(Some(value))
    }

    /// The service has refused the sign-in with `used`: whether another attempt may do better.
    pub(super) async fn renew(&self, used: Option<&HeaderValue>) -> bool {
        match self {
            Self::Nobody | Self::Fixed(..) => false,
            // It may have ended early or been revoked. A concurrent reader may have renewed it already.
            Self::Tokens(tokens) => {
                let mut current = tokens.current.lock().await;
                if current.as_ref().map(|(token, _until)| token) == used {
                    *current = None;
                }
                true
            }
        }
    }
}

impl Tokens {
    /// The token in use, or a new one.
    async fn bearer(&self) -> Result<HeaderValue, PeerFailure> {
        let mut current = self.current.lock().await;
        if let Some((token, until)) = &*current
            && since_boot() < *until
        {
            return Ok(token.clone());
        }
        let (token, life) = self.ask().await?;
        // A tenth earlier, for the way there.
        *current = Some((token.clone(), since_boot() + life * 9 / 10));
        Ok(token)
    }

    async fn ask(&self) -> Result<(HeaderValue, Duration), PeerFailure> {
        let mut request = Request::new(Method::POST, self.url.clone());
        request.headers_mut().insert(AUTHORIZATION, self.credentials.clone());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut form = vec![("grant_type", "client_credentials")];
        if !self.scope.is_empty() {
            form.push(("scope", &self.scope));
        }
        let body = serde_urlencoded::to_string(form).unwrap_or_default();
        let answer = self.client.send(request, Outgoing::Whole(vec![body.into()])).await?;
        let (host, status) = (trouble::host_of(&self.url), answer.status);
        let mut answer = Body::of(answer, LONGEST, LONGEST)?;
        let refused = |words: String| PeerFailure::new(Stage::SignIn, codes::TOKEN).arg(host.clone()).quoting(words);
        if !status.is_success() {
            let words = answer.words().await;
            let words = self.client.secrets().quote(&refusal(&words), LONGEST);
            let failure = failure_of(status, host.clone(), &words);
            let ours = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED);
            return Err(failure.filter(|_| !ours).unwrap_or_else(|| refused(quote(status, &words))));
        }
        let body = answer.whole().await?;
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
        let told: serde_json::Value =
            serde_json::from_slice(body).map_err(|error| refused(format!("the response is not JSON: {error}")))?;
        self.learn(&told);
        let token = told.get("access_token").and_then(serde_json::Value::as_str);
        let token = token.ok_or_else(|| refused("the response has no access token".to_owned()))?;
        if token.len() > LONGEST_TOKEN {
            return Err(refused(format!("the access token is longer than {LONGEST_TOKEN} bytes")));
        }
        let seconds = told.get("expires_in").and_then(|life| life.as_u64().or_else(|| life.as_str()?.parse().ok()));
        let life = seconds.map_or(USUAL_LIFE, Duration::from_secs).clamp(SHORTEST_LIFE, LONGEST_LIFE);
        Ok((sensitive(&format!("Bearer {token}"))?, life))
    }
}

impl Tokens {
    /// Whatever the service gives besides the access token is as good as a credential, too.
    fn learn(&self, told: &serde_json::Value) {
        let members = told.as_object().into_iter().flatten();
        for (_name, value) in members.filter(|(name, _)| name.contains("token") && *name != "token_type") {
            self.client.secrets().learn_token(value.as_str().unwrap_or_default());
        }
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn basic(account: &str, secret: &SecretString) -> Result<HeaderValue, PeerFailure> {
    sensitive(&format!("Basic {}", BASE64_STANDARD.encode(format!("{account}:{}", secret.expose_secret()))))
}

/// A header that shows in no log.
fn sensitive(text: &str) -> Result<HeaderValue, PeerFailure> {
    let mut value = HeaderValue::try_from(text).map_err(|error| unusable(&error))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unusable(error: &impl ToString) -> PeerFailure {
    PeerFailure::new(Stage::Settings, codes::SETTING).arg("secret").arg(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two concurrent readers are refused with the same token; the second one must not fail.
    #[tokio::test]
    async fn a_token_is_given_up_by_the_first_that_is_refused_with_it() {
        let net = Net::default();
        let [old, new] = ["Bearer old", "Bearer new"].map(|text| sensitive(text).unwrap());
        let sign_in = |current: Option<&HeaderValue>| {
            SignIn::Tokens(Box::new(Tokens {
                client: net.client().unwrap(),
                url: net.address("https://id.example/token").unwrap(),
                credentials: old.clone(),
                scope: String::new(),
                current: Mutex::new(current.map(|token| (token.clone(), since_boot() + USUAL_LIFE))),
            }))
        };
        for (current, left) in [(Some(&old), None), (None, None), (Some(&new), Some(&new))] {
            let sign_in = sign_in(current);
            assert!(sign_in.renew(Some(&old)).await, "{current:?}");
            let SignIn::Tokens(tokens) = sign_in else { panic!("tokens") };
            assert_eq!(tokens.current.into_inner().map(|(token, _)| token).as_ref(), left, "{current:?}");
        }
        assert!(!SignIn::Nobody.renew(None).await);
    }
}
