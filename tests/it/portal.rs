//! The portal as somebody who has just started it finds it.

use std::path::PathBuf;

use crate::database::{Database, Fixture, TestDatabase};
use crate::program::{Home, Process, own};

/// `syncdesk serve` on a free port, with its own home folder.
pub struct Portal {
    process: Process,
    /// What the setup page asks for.
    pub setup_token: String,
    // Dropped last: the program must be gone before its home and its database.
    home: Home,
}

impl Fixture for Portal {
    async fn on(database: Database) -> Self {
        let home = Home::new(TestDatabase::on(database));
        let roots = home.roots();
        let args = ["serve", "--listen=127.0.0.1:0", "--house-time-zone=Europe/Berlin", "--log=warn", &roots];
        // On SQLite without any set-up; the address of a database of Postgres is all that it needs.
        let command = match database {
            Database::Sqlite => home.bare(&args),
            Database::Postgres => home.command(&args),
        };
        let mut process = home.process(&command, &[], "listens on ");
        let setup_token = process.said("Setup token: ");
        Self { process, setup_token, home }
    }
}

impl Portal {
    /// Its address, such as `http://127.0.0.1:40123`.
    pub fn base(&self) -> &str {
        &self.process.base
    }

    /// A folder in which the portal may synchronize. What is put there is the portal's after [`Portal::own`].
    pub fn trees(&self) -> PathBuf {
        self.home.trees()
    }

    /// Makes what lies in [`Portal::trees`] the portal's.
    pub fn own(&self) {
        own(&self.trees());
    }
}
