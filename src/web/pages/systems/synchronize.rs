//! *Synchronize now*.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::access::{Grant, Verb, verbs};
use crate::ids::{RunNo, SystemKey};
use crate::ops::error::OpError;
use crate::ops::random;
use crate::ops::request_run::{Answer, Request, RequestRunError, WAIT, request_run};
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::state::App;
use crate::web::ui::Tone;
use crate::web::{response, session, urls};

/// Longest request key, in bytes.
const MAX_KEY: usize = 100;

/// Requests a run in each lane and says what became of the request.
///
/// # Errors
/// When the system is out of reach, on hold or paused, or the database cannot be written.
pub async fn submit(
    grant: Grant<verbs::RequestRun>,
    viewer: Viewer,
    path: Path<SystemKey>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let given = posted.field("request");
    let request_key = if given.is_empty() || given.len() > MAX_KEY { random::token() } else { given.to_owned() };
    let request = Request { key: key.clone(), request_key, audit: viewer.audit(grant.principal()), wait: WAIT };
    match request_run(&app.store, &app.wake, &grant, request).await {
        Ok(answers) => {
            let links = answers.iter().flat_map(runs_of).map(|no| (urls::run(&key, no), format!("Run {no}")));
            let said: Vec<String> = answers.iter().map(Answer::to_string).collect();
            session::tell(&session, Tone::Busy, &said.join(" "), links);
            Ok(response::see_other(&urls::system(&key)))
        }
        Err(OpError::Refused(RequestRunError::Obstructed { by, group })) => {
            Err(WebError::obstructed(key, by, viewer.may(&[Verb::CheckConnection], group)))
        }
        Err(error) => Err(WebError::from(error).with_back(urls::system(&key))),
    }
}

/// The runs that an answer speaks of.
fn runs_of(answer: &Answer) -> impl Iterator<Item = RunNo> + use<> {
    let running = match answer {
        Answer::QueuedBehind { running, .. } => Some(*running),
        Answer::Started(_) | Answer::WaitsForWorker(_) | Answer::AlreadyQueued(_) => None,
    };
    std::iter::once(answer.run()).chain(running)
}
