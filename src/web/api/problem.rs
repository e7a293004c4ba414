//! Failures as problem documents (RFC 9457): `type`, `title`, `status`, `detail`, and `code`, by which programs tell them
//! apart.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};

use crate::web::pages::errors::ErrorPage;
use crate::web::present::fault_words;

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// No page describes the problems one by one: `about:blank`, as the standard has it.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// Stable, in lower case.
    code: &'static str,
    /// Under which Syncdesk logged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// 401: there is no valid token.
pub fn unauthorized(detail: &str) -> Problem {
    Problem {
        kind: "about:blank",
        title: "Unauthorized",
        status: 401,
        detail: detail.to_owned(),
        code: "unauthorized",
        request_id: None,
        retry_after: None,
    }
}

impl Problem {
    /// The response.
    pub fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or_default());
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.content_type("application/problem+json").body(serde_json::json!(self).to_string())
    }
}

impl From<&ErrorPage> for Problem {
    fn from(trouble: &ErrorPage) -> Self {
        let (code, detail) = match trouble {
            ErrorPage::NotFound => {
                ("not_found", "This URL does not exist, or the token has no access to it.".to_owned())
            }
            ErrorPage::Forbidden { template, .. } => {
                ("forbidden", format!("The token does not allow this. It needs the role template {template}."))
            }
            ErrorPage::Stale => ("stale", "The form has expired.".to_owned()),
            ErrorPage::Conflict { why, back: _ } => ("conflict", why.clone()),
            ErrorPage::Obstructed { by, key, may_check: _ } => {
                ("obstructed", format!("The system {key} is {}, so the request was refused.", by.as_str()))
            }
            ErrorPage::Unprocessable { why, back: _ } => ("unprocessable", why.clone()),
            ErrorPage::TooMany { .. } => ("too_many_requests", "Too many requests. Nothing was changed.".to_owned()),
            ErrorPage::Internal { .. } => {
                ("internal", "An internal error occurred. It was logged under the request ID.".to_owned())
            }
            ErrorPage::Database(fault) => (fault.as_str(), fault_words(*fault).happened.to_owned()),
        };
        Self {
            kind: "about:blank",
            title: trouble.title(),
            status: trouble.status(),
            detail,
            code,
            request_id: match trouble {
                ErrorPage::Internal { request_id } => Some(request_id.clone()),
                _ => None,
            },
            retry_after: trouble.retry_after(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::ids::SystemKey;
    use crate::ops::obstruction::Obstruction;
    use crate::queries::Fault;
    use crate::queries::access::WhoCanAssign;

    #[rstest]
    #[case(ErrorPage::NotFound, 404, "not_found")]
    #[case(ErrorPage::Forbidden { template: "SystemsApp", help: WhoCanAssign::default() }, 403, "forbidden")]
    #[case(ErrorPage::Stale, 403, "stale")]
    #[case(ErrorPage::Conflict { why: "A run is open.".to_owned(), back: None }, 409, "conflict")]
    #[case(ErrorPage::Obstructed { key: SystemKey::from_random([1; 10]), by: Obstruction::Paused { since: crate::clock::Stamp(0) }, may_check: true }, 409, "obstructed")]
    #[case(ErrorPage::Unprocessable { why: "No such zone.".to_owned(), back: None }, 422, "unprocessable")]
    #[case(ErrorPage::TooMany { seconds: 7 }, 429, "too_many_requests")]
    #[case(ErrorPage::Internal { request_id: "abc".to_owned() }, 500, "internal")]
    #[case(ErrorPage::Database(Fault::Full), 503, "full")]
    fn every_failure_is_a_problem_document(#[case] trouble: ErrorPage, #[case] status: u16, #[case] code: &str) {
        let problem = Problem::from(&trouble);
        let document = serde_json::json!(problem);
        assert_eq!((document["status"].as_u64(), document["code"].as_str()), (Some(status.into()), Some(code)));
        assert!(document["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{document}");
        assert_eq!(document.get("request_id").is_some(), code == "internal");
        let response = problem.into_response();
        assert_eq!(
            (response.status().as_u16(), response.headers().contains_key(RETRY_AFTER)),
            (status, trouble.retry_after().is_some())
        );
    }
}
