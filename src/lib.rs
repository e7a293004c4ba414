//! Syncdesk: one portal for every synchronization an organization depends on.
//!
//! # Layers
//!
//! One package: this library and a thin `main`. Layers outside, resources inside, with the same name in
//! each layer, so that anybody knows where to look (`store/runs`, `ops/request_run`, `web/pages/runs`).
//! Imports point one way, and a test holds it:
//!
//! ```text
//! main, app, cli, config      put everything together
//!   web     pages and forms, the route table, sessions      names actix and maud, never the store
//!   sync    scheduler, worker, journal, connectors          names no web, sees no store but through ports
//!     ops     commands, shared by pages and command line
//!     queries reads, one for each page or response
//!       store   rows in and out                             the only one that names diesel
//!         domain  the rules, pure                           sees nothing but time and ids
//! access  permissions, role templates, reach, grants        pure, seen by all
//! net     the one place that builds outgoing clients
//! ```
//!
//! # How a request goes
//!
//! `web::routes` is the table of all routes; each row names its permission, and those of most pages a loader. One trip to
//! a database thread loads session, person and rights, authorizes, and reads the page, all in one transaction
//! (`web::session::trip`). `web::session::gate` authorizes, and only then reads a form and compares its CSRF token: no
//! extractor runs before.
//! It leaves an [`access::Grant`] in the request. Functions of `queries` and `ops` that touch protected data
//! take one, and it carries its reach into the query. What a grant finds is [`store::systems::InReach`]; what belongs
//! to a system is read with it, and a run of it is [`store::systems::OfSystem`], so that a forgotten check does not
//! compile. A handler answers with a page, a 303, or a failure that the gate turns into a page.
//!
//! # How a run goes
//!
//! The schedule, the button or a retry inserts a **queued run**; the table of runs is the queue. A worker
//! claims it by compare-and-set with a lease by the database's clock; every later write carries the claim
//! number. The connector synchronizes and writes to a **journal**, which stores messages in batches, with
//! the counters of the run in the same transaction. The run ends with a result, from which the system's
//! verdict follows in one transaction. Pages only read. Runs have their own runtime.
//! A bulk action is stored as items, each of which is carried out in its own transaction (`ops::bulk`, `sync::bulk`).
//! A worker that is gone is found by its lease: its run ends in error and is retried.
//!
//! # How to add
//!
//! **A connector.** `sync/connectors/NAME/` with an implementation of [`sync::connector::Connector`] (fields of the form,
//! check, synchronization), one line in `sync/registry.rs`, its codes in `domain/catalogue/NAME.rs`, their pages in
//! `templates-docs/codes/`, and tests against a real server in `tests/it/` and `tests/peers/`.
//!
//! **A page.** One file in `web/pages/RESOURCE/` with types, loader, handler and view, in this order; a row in `web/routes.rs`,
//! which names its permission; its URL in `web/urls/`; a line in `tests/it/access/table.rs`, and a test that reads the page.
//!
//! **A query.** One function in `queries/RESOURCE/` that takes a grant and returns plain structs; the statements in
//! `store/RESOURCE/`, with a test in `tests/it/statements.rs` if a page of rows is shown.
//!
//! **A permission.** A line in `access/permission.rs`, its place in the templates of `access/template.rs`, its page in
//! `templates-docs/roles/`, and the column in `tests/it/access/matrix.rs`.
//!
//! **A code.** A line in the family's file below `domain/catalogue/`, a page in `templates-docs/codes/`, and a test that
//! makes a connector report it.
//!
//! # What is missing
//!
//! There is no cache to be invalidated, no message broker, no background state outside the database: any
//! number of processes share one Postgres. There is no script on pages.

pub mod access;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod ids;
pub mod net;
pub mod ops;
pub mod queries;
pub mod store;
pub mod sync;
pub mod web;
