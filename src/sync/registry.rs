//! The kinds of systems there are: one line each.

use super::connector::Connector;
use super::connectors;
use crate::domain::kind::ConnectorKind;

#[rustfmt::skip]
static CONNECTORS: &[&dyn Connector] = &[
    &connectors::files::Files,
    &connectors::odata::OData,
];

/// Every kind, in the order in which they are offered.
#[must_use]
pub fn all() -> &'static [&'static dyn Connector] {
    CONNECTORS
}

/// The connector of a kind; `None` for a kind that this version does not have.
#[must_use]
pub fn of_kind(kind: &str) -> Option<&'static dyn Connector> {
    CONNECTORS.iter().copied().find(|connector| connector.kind() == kind)
}

/// How a kind is specified, for layers that run nothing.
#[must_use]
pub fn kind(word: &str) -> Option<&'static dyn ConnectorKind> {
    of_kind(word).map(|connector| connector as &dyn ConnectorKind)
}
