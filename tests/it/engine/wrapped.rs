//! Ends with something around them: hooks before operations, other abilities, failures.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::sync::connectors::files::codes;
use syncdesk::sync::connectors::files::endpoint::{Abilities, DirEntry, Endpoint, EndpointResult, Facts, FileReader};
use syncdesk::sync::connectors::files::incoming::Incoming;
use syncdesk::sync::connectors::files::listing::Listing;
use syncdesk::sync::connectors::files::path::ItemPath;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    List,
    Read,
    Write,
    /// Any deletion.
    Delete,
    /// Writing, making folders and deleting.
    Mutate,
}

type Hook = dyn Fn(&[u8]) + Send + Sync;
type Relist = dyn Fn(&[u8], EndpointResult<Listing>) -> EndpointResult<Listing> + Send + Sync;

/// Makes an end whose disk is full for one file.
pub struct Failing;

impl Failing {
    pub fn around(inner: Arc<dyn Endpoint>, path: &'static str) -> Arc<dyn Endpoint> {
        let abilities = inner.abilities().clone();
        Arc::new(Hooked {
            inner,
            abilities,
            op: Op::Mutate,
            before: Arc::new(|_path| {}),
            full_at: Some(path),
            relist: None,
        })
    }
}

/// An end that calls a hook before operations.
pub struct Hooked {
    inner: Arc<dyn Endpoint>,
    abilities: Abilities,
    op: Op,
    before: Arc<Hook>,
    full_at: Option<&'static str>,
    /// Changes what the end lists.
    relist: Option<Arc<Relist>>,
}

impl Hooked {
    pub fn around(inner: Arc<dyn Endpoint>, op: Op, before: Arc<Hook>) -> Arc<dyn Endpoint> {
        Arc::new(Self { abilities: inner.abilities().clone(), inner, op, before, full_at: None, relist: None })
    }

    /// With other abilities than the inner end's.
    pub fn able(inner: Arc<dyn Endpoint>, change: impl Fn(&mut Abilities)) -> Arc<dyn Endpoint> {
        let mut abilities = inner.abilities().clone();
        change(&mut abilities);
        Arc::new(Self { abilities, inner, op: Op::Mutate, before: Arc::new(|_path| {}), full_at: None, relist: None })
    }

    /// With other listings than the inner end's.
    pub fn listing(
        inner: Arc<dyn Endpoint>,
        relist: impl Fn(&[u8], EndpointResult<Listing>) -> EndpointResult<Listing> + Send + Sync + 'static,
    ) -> Arc<dyn Endpoint> {
        let (abilities, relist) = (inner.abilities().clone(), Some(Arc::new(relist) as Arc<Relist>));
        Arc::new(Self { abilities, inner, op: Op::Mutate, before: Arc::new(|_path| {}), full_at: None, relist })
    }

    fn hook(&self, ops: &[Op], path: &ItemPath) {
        if ops.contains(&self.op) {
            (self.before)(path.as_bytes());
        }
    }
}

impl Endpoint for Hooked {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PeerFailure>> {
        self.inner.check()
    }

    fn list<'a>(&'a self, folder: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Listing>> {
        self.hook(&[Op::List], folder);
        let Some(relist) = self.relist.clone() else { return self.inner.list(folder) };
        Box::pin(async move { relist(folder.as_bytes(), self.inner.list(folder).await) })
    }

    fn stat<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Option<DirEntry>>> {
        self.inner.stat(path)
    }

    fn read<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Box<dyn FileReader>>> {
        self.hook(&[Op::Read], path);
        self.inner.read(path)
    }

    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> BoxFuture<'a, EndpointResult<Facts>> {
        self.hook(&[Op::Write, Op::Mutate], path);
        if self.full_at.is_some_and(|full| full.as_bytes() == path.as_bytes()) {
            let failure = PeerFailure::new(Stage::Content, codes::FULL).arg("destination");
            return Box::pin(async { Err(failure.into()) });
        }
        self.inner.write(path, incoming)
    }

    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        self.hook(&[Op::Mutate], path);
        self.inner.make_folder(path)
    }

    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        self.hook(&[Op::Delete, Op::Mutate], path);
        self.inner.delete_file(path)
    }

    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        self.hook(&[Op::Delete, Op::Mutate], path);
        self.inner.delete_folder(path)
    }

    fn remove_leftover<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<bool>> {
        self.inner.remove_leftover(path)
    }
}
