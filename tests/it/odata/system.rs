//! OData systems of a desk, and what their runs tell.

use std::path::PathBuf;

use serde_json::Value;

use crate::desk::{Desk, Tree, key_of};

/// A run that has ended.
pub struct Run {
    pub result: String,
    pub log: Vec<Value>,
}

impl Run {
    /// Category, code and text of each message, without those of Syncdesk itself and without signs of life.
    pub fn told(&self) -> Vec<String> {
        let signs = [" RUN-", " ODATA-READING ", " ODATA-READ "];
        self.lines().into_iter().filter(|line| !signs.iter().any(|sign| line.contains(sign))).collect()
    }

    /// The same of each message.
    pub fn lines(&self) -> Vec<String> {
        let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        self.log.iter().map(|line| [text(line, "category"), text(line, "code"), text(line, "text")].join(" ")).collect()
    }
}

impl Desk {
    /// Connects a service, through the form, as Ada.
    pub async fn odata_system(&self, root: &str, fields: &[(&str, &str)]) -> Tree {
        let ada = self.as_("ada").await;
        ada.get("/systems/new?kind=odata").await.expect(200);
        let mut all = vec![("group", "Finance"), ("settings.root", root)];
        if fields.iter().all(|(name, _)| *name != "name") {
            all.push(("name", "Service"));
        }
        all.extend(fields);
        let made = ada.submit("/systems/new", &all).await.expect(303);
        let key = key_of(made.location());
        Tree { key, source: PathBuf::new(), destination: PathBuf::new() }
    }

    /// *Synchronize now*, to its end.
    pub async fn sync(&self, system: &Tree) -> Run {
        let (number, _page) = self.synchronize(system).await;
        self.run_told(system, number).await
    }

    pub async fn run_told(&self, system: &Tree, number: u64) -> Run {
        let of_system = format!("SELECT id FROM systems WHERE key = '{}'", system.key);
        let result = format!("SELECT result AS value FROM runs WHERE no = {number} AND system_id IN ({of_system})");
        let result = self.texts(&result).concat();
        let log = self.as_("ada").await.get(&format!("{}/messages.ndjson", system.run(number))).await.expect(200);
        let log = log.body.lines().map(|line| serde_json::from_str(line).expect("a message")).collect();
        Run { result, log }
    }

    /// What the replica shows of a set: the data of active records, in the order of their keys.
    pub fn replica(&self, set: &str) -> Vec<Value> {
        self.replica_rows(set, "AND NOT r.orphaned")
    }

    pub fn orphans(&self, set: &str) -> Vec<Value> {
        self.replica_rows(set, "AND r.orphaned")
    }

    fn replica_rows(&self, set: &str, and: &str) -> Vec<Value> {
        let seen = format!(
            "SELECT data AS value FROM replica_records r JOIN replica_sets s ON s.id = r.set_id
             JOIN replicas p ON p.system_id = s.system_id
             WHERE s.name = '{set}' AND r.from_run <= p.published_run
               AND (r.to_run IS NULL OR r.to_run > p.published_run) {and} ORDER BY r.record_key"
        );
        self.texts(&seen).iter().map(|data| serde_json::from_str(data).expect("JSON")).collect()
    }

    /// Set, active and orphaned, as the replica counts.
    pub fn replica_counts(&self) -> Vec<String> {
        self.texts("SELECT name || ' ' || active || ' ' || orphaned AS value FROM replica_sets ORDER BY name")
    }
}
