//! What to look at, in which order, when a connection is in trouble. Opened from a system, each step leads to the
//! place of that system where it is looked at.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use maud::{Markup, html};

use crate::access::{Grant, Permission, Verb, verbs};
use crate::domain::catalogue;
use crate::domain::run::Stage;
use crate::ids::{CheckNo, RunNo, SystemKey};
use crate::queries::systems::{System, connection_facts};
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::present;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::foreign;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Nav, PageContext, button, failure, form, page};
use crate::web::urls::{self, Cursor, LogsQuery};

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct ConnectionView {
    /// The system in trouble; none: of any.
    pub system: Option<InTrouble>,
    /// The reader sees systems at all.
    pub sees_systems: bool,
    pub reads_logs: bool,
}

/// A system, with the places that the reader may open.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate permission")]
pub struct InTrouble {
    pub key: SystemKey,
    pub name: String,
    pub may_edit: bool,
    pub sees_settings: bool,
    pub may_check: bool,
    pub reads_logs: bool,
    pub opens_runs: bool,
    /// The newest check, and where and why it failed.
    pub check: Option<CheckNo>,
    pub failed: Option<(Option<Stage>, String)>,
    /// A run has succeeded after that check.
    pub succeeded_since: bool,
    pub last_run: Option<RunNo>,
    /// The URLs in its settings, each with its label: of the service, and of proxies.
    pub addresses: Vec<(String, String)>,
}

/// The list for any system.
pub async fn show(viewer: Viewer) -> HttpResponse {
    let shown = ConnectionView {
        system: None,
        sees_systems: viewer.may_anywhere(verbs::SeeSystem::ANY_OF),
        reads_logs: viewer.may_anywhere(&[Verb::ReadLogs]),
    };
    response::page(view(&viewer.page_context(Some(Nav::Help)), &shown))
}

/// The list for one system.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub async fn of_system(
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    path: Path<SystemKey>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let kept_since = app.kept_since(viewer.now);
    let (system, check, last_run) = app.store.read(move |db| connection_facts(db, &grant, &key, kept_since)).await?;
    let may = |verb: Verb| viewer.may(&[verb], system.group_id);
    let failed = check.as_ref().filter(|check| check.ok == Some(false));
    let reads_logs = may(Verb::ReadLogs);
    let in_trouble = InTrouble {
        may_edit: may(Verb::SpecifySystems),
        sees_settings: may(Verb::SeeSettings),
        may_check: may(Verb::CheckConnection),
        reads_logs,
        opens_runs: viewer.may(verbs::SeeRun::ANY_OF, system.group_id),
        failed: failed.map(|check| (check.stage, check.code.clone().unwrap_or_default())),
        succeeded_since: failed.is_some_and(|check| system.last_success_at > check.ended_at),
        check: check.map(|check| check.no),
        last_run,
        addresses: if may(Verb::SeeSettings) { addresses(&system) } else { Vec::new() },
        name: system.name.clone(),
        key: system.key.clone(),
    };
    let shown = ConnectionView { system: Some(in_trouble), sees_systems: true, reads_logs };
    Ok(response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

fn addresses(system: &System) -> Vec<(String, String)> {
    let is_address = |value: &str| value.starts_with("http://") || value.starts_with("https://");
    present::settings(system).into_iter().filter(|(_label, value)| is_address(value)).collect()
}

#[must_use]
pub fn view(context: &PageContext, view: &ConnectionView) -> Markup {
    let mut above = vec![(urls::HELP.to_owned(), "Help")];
    if let Some(of) = &view.system {
        above = vec![(urls::SYSTEMS.to_owned(), "Systems"), (urls::system(&of.key), of.name.as_str())];
    }
    page(
        context,
        "Connection checklist",
        &html! {
            (crumbs(&above))
            (head(&html! { "Connection checklist" }, &html! { @if let Some(of) = &view.system { span.soft { (foreign::name(&of.name)) } } }, &html! {}))
            div.box.pad.prose {
                p { "Follow these steps in order. After each change, check the connection again." }
                ol.steps {
                    (step("Check again", &again(context, view)))
                    (step("Find the failed stage", &stage(view)))
                    (step("Compare the settings", &settings(view)))
                    (step("Renew the credential", &credential(view)))
                    (step("Check the network", &way(view)))
                    (step("Check the service", &other_side(view)))
                    (step("Check the last run", &last_run(view)))
                    (step("Ask for help", &html! {
                        p { "If all steps are fine and data is still missing, contact your administrator or the owner of the service. Send the code, the stage, the response of the service and the time." }
                    }))
                }
            }
        },
    )
}

fn step(title: &str, body: &Markup) -> Markup {
    html! { li { h2 { (title) } (body) } }
}

fn again(context: &PageContext, view: &ConnectionView) -> Markup {
    html! {
        p { "Temporary failures often disappear at the next check. A successful check also ends a pause." }
        @match &view.system {
            Some(of) => @if of.may_check { (form::check(context, &of.key, &button("Check connection", ""))) },
            None => @if view.sees_systems { p { "Open the system from the " a href=(urls::SYSTEMS) { "list of systems" } ": its Connection section links to this page with its own details." } },
        }
    }
}

/// The stages of a check in their order, each with a code that is typical of it.
const STAGES: [(Stage, &str, &str); 7] = [
    (Stage::Settings, "PEER-ADDRESS", "a URL, setting or credential is not valid; nothing was sent"),
    (Stage::NameLookup, "PEER-NAME", "DNS on this machine cannot resolve the host name"),
    (Stage::Tcp, "PEER-REFUSED", "no service listens on this port, or a firewall blocks the connection"),
    (
        Stage::Tls,
        "PEER-TLS",
        "a server or client certificate is not trusted, has expired or was issued for another name",
    ),
    (Stage::SignIn, "PEER-SIGN-IN", "the service rejects the credentials"),
    (Stage::Protocol, "PEER-SLOW", "the service responds too slowly, or limits requests"),
    (Stage::Content, "PEER-NONSENSE", "the response is not from the expected service"),
];

fn stage(view: &ConnectionView) -> Markup {
    html! {
        @if let Some((of, (stage, code))) = view.system.as_ref().and_then(|of| Some((of, of.failed.as_ref()?))) {
            p {
                "The last check failed" @if let Some(stage) = stage { " at the stage " strong { (stage.title()) } }
                @if !code.is_empty() { " with " (failure::code(code)) ", " (catalogue::by_code(code).title) }
                ". "
                @if of.succeeded_since { "A run has succeeded since then. " }
                @if let Some(check) = of.check { a href=(urls::check(&of.key, check)) { "Show the result" } }
            }
        } @else if let Some((of, check)) = view.system.as_ref().and_then(|of| Some((of, of.check?))) {
            p { "The last check did not fail. " a href=(urls::check(&of.key, check)) { "Show the result" } }
        }
        p { "A check goes through these stages and stops at the first that fails:" }
        ul {
            @for (stage, code, words) in STAGES {
                li { strong { (stage.title()) } ": " (words) " (" (failure::code(code)) ")" }
            }
        }
    }
}

fn settings(view: &ConnectionView) -> Markup {
    html! {
        p { "Compare the URL (scheme, host, port, path), the user name and the latest changes. If possible, open the URL from another machine." }
        @if let Some(of) = &view.system {
            @if of.may_edit {
                p { a href=(urls::system_edit(&of.key)) { "Edit the settings" } }
            } @else if of.sees_settings {
                p { a href={ (urls::system(&of.key)) "#settings-title" } { "Show the settings" } }
            }
        }
    }
}

fn credential(view: &ConnectionView) -> Markup {
    html! {
        p { "Passwords and keys expire, are changed, or are locked after wrong attempts. Nobody can read the stored credentials: enter them again." }
        @if let Some(of) = view.system.as_ref().filter(|of| of.may_edit) {
            p { a href=(urls::system_edit(&of.key)) { "Edit credentials" } }
        }
    }
}

fn way(view: &ConnectionView) -> Markup {
    html! {
        p {
            "DNS, firewalls, proxies, VPN and certificates of traffic inspection. Syncdesk itself connects to public addresses only, unless its operator allows more: see the "
            a href=(urls::help_guide("operator")) { "operator's guide" } "."
        }
        @if let Some(of) = view.system.as_ref().filter(|of| !of.addresses.is_empty()) {
            p { "Check that the Syncdesk server can reach:" }
            ul { @for (label, address) in &of.addresses { li { (label) ": " code { (foreign::name(address)) } } } }
        }
    }
}

fn other_side(view: &ConnectionView) -> Markup {
    html! {
        p { "Does the service work for others? Does the account still exist, is it unlocked, and does it have its permissions? Was the service moved, renamed, upgraded or restored?" }
        @if let Some(of) = view.system.as_ref().filter(|of| of.check.is_some()) {
            p { a href=(urls::checks(&of.key)) { "Results of recent checks" } }
        }
    }
}

fn last_run(view: &ConnectionView) -> Markup {
    html! {
        p { "If a run has succeeded since, the problem is solved. A failed run gives more details than a check." }
        @match &view.system {
            Some(of) => {
                @if let Some(run) = of.last_run.filter(|_run| of.opens_runs) {
                    p { a href=(urls::run(&of.key, run)) { "The last run, " (run) } }
                }
                @if of.reads_logs {
                    p { a href=(urls::logs(&LogsQuery { system: of.name.clone(), ..LogsQuery::default() }, &Cursor::default())) { "All its runs in the logs" } }
                }
            },
            None => @if view.reads_logs { p { a href=(urls::LOGS) { "Logs" } } },
        }
    }
}
