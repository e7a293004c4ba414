//! A small service of ours, for what none of the three does on demand: V2's `__next`, etags of whole sets, and faults.

use std::sync::{Arc, Mutex};

use crate::stub::{Reply, Request, Stub};

/// Things with a number and a name, in V4.
pub const V4: &str = r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="S" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="Thing"><Key><PropertyRef Name="Id"/></Key>
<Property Name="Id" Type="Edm.Int32" Nullable="false"/><Property Name="Name" Type="Edm.String" MaxLength="9"/>
<Property Name="Price" Type="Edm.Decimal" Precision="5" Scale="2"/></EntityType>
<EntityContainer Name="C"><EntitySet Name="Things" EntityType="S.Thing"/><EntitySet Name="Others" EntityType="S.Thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"#;

/// The same in V2.
pub fn v2() -> String {
    V4.replace("Version=\"4.0\"", "Version=\"1.0\"")
}

type Answers = Arc<Mutex<Box<dyn FnMut(&Request) -> Option<Reply> + Send>>>;

/// A service whose sets are empty, unless it is told otherwise.
pub struct Service {
    stub: Stub,
    answers: Answers,
}

impl Service {
    pub fn start() -> Self {
        let answers: Answers = Arc::new(Mutex::new(Box::new(|_| None)));
        let told = answers.clone();
        let stub = Stub::start(move |_, request| answer(&told, request));
        Self { stub, answers }
    }

    /// Behind TLS, by an authority that no machine knows.
    pub fn secure() -> Self {
        let answers: Answers = Arc::new(Mutex::new(Box::new(|_| None)));
        let told = answers.clone();
        let stub = Stub::secure(move |_, request| answer(&told, request));
        Self { stub, answers }
    }

    pub fn root(&self) -> String {
        self.stub.url("/odata")
    }

    pub fn seen(&self) -> Vec<Request> {
        self.stub.seen()
    }

    /// From now on it answers so; `None` for the usual answer.
    pub fn answers(&self, answer: impl FnMut(&Request) -> Option<Reply> + Send + 'static) {
        *self.answers.lock().expect("no panic") = Box::new(answer);
    }

    /// From now on requests for this path, without the query, are answered so.
    pub fn says(&self, path: &'static str, answer: impl Fn() -> Reply + Send + 'static) {
        self.answers(move |request| is_for(request, path).then(&answer));
    }
}

/// Whether a request is for this path below the service root.
pub fn is_for(request: &Request, path: &str) -> bool {
    let asked = request.path.split('?').next().unwrap_or_default();
    asked.strip_prefix("/odata/") == Some(path)
}

fn answer(answers: &Answers, request: &Request) -> Reply {
    let told = (answers.lock().expect("no panic"))(request);
    told.unwrap_or_else(|| if is_for(request, "$metadata") { xml(V4) } else { json("{\"value\": []}") })
}

pub fn xml(body: &str) -> Reply {
    Reply::body(200, body).with("content-type", "application/xml")
}

pub fn json(body: &str) -> Reply {
    Reply::body(200, body).with("content-type", "application/json")
}
