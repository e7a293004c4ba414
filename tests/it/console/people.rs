//! People and groups from the console, while the portal serves from the same database.

use futures_util::future::join_all;

use crate::database::both_databases;
use crate::program::{Home, said};

const PASSWORD: &str = "a phrase that is long enough";

both_databases! {
    /// Several processes can create the tables of an empty database at the same time.
    async fn several_migrate_at_once(console: Home) {
        let migrations = [(); 4].map(|()| {
            let command = console.command(&["migrate"]);
            tokio::task::spawn_blocking(move || said(command, ""))
        });
        for migrated in join_all(migrations).await {
            assert_eq!(migrated.expect("no panic").worked(), "The database is up to date.\n");
        }
    }

    async fn an_operator_of_a_group_signs_in(console: Home) {
        let portal = console.serve(&[]);
        assert_eq!(console.say(&["group", "add", "Finance"]).worked(), "Group Finance created.\n");
        let ada = ["user", "add", "ada", "--collection", "Administrator", "--all"];
        assert_eq!(said(console.command(&ada), &format!("{PASSWORD}\n")).worked(), "Account ada created.\n");
        let mona = ["user", "add", "mona", "--collection", "Operator", "--group", "Finance", "--time-zone", "Asia/Tokyo"];
        assert_eq!(said(console.command(&mona), PASSWORD).worked(), "Account mona created.\n");

        let visitor = portal.visitor();
        visitor.open("/").await.expect(200);
        let signed_in = visitor.submit("/sign-in", &[("name", "mona"), ("password", PASSWORD)]).await.expect(303);
        let page = visitor.follow(signed_in).await.expect(200);
        assert_eq!(page.attributes(".side a[href='/account']", "title"), ["Operator, Finance"], "{}", page.told());
        assert_eq!(visitor.get("/account").await.attributes("#time_zone", "value"), ["Asia/Tokyo"]);
        visitor.get("/systems/new").await.expect(403);
    }

    /// Commands about people report a wrong name, password, role, group or reach.
    async fn what_cannot_be_is_said(console: Home) {
        console.say(&["group", "add", "Finance"]).worked();
        let add = |name, collection, reach: &[&str], password: &str| {
            said(console.command(&[&["user", "add", name, "--collection", collection][..], reach].concat()), password)
        };
        add("mona", "operator", &["--group", "Finance"], PASSWORD).worked();
        for (name, collection, reach, password, words) in [
            ("eve", "Operator", &["--all"][..], "short", "at least 12 characters"),
            ("eve", "Operator", &["--all"], "", "at least 12 characters"),
            ("eve", "Operator", &["--all"], "password1234", "easy to guess"),
            ("a long name..", "Operator", &["--all"], PASSWORD, "letters, digits"),
            ("eve", "Operators", &["--all"], PASSWORD, "There is no role collection Operators. Use one of: Administrator, Auditor, Delegate, Operator, Watcher."),
            ("eve", "Operator", &["--group", "Nowhere"], PASSWORD, "There is no group Nowhere."),
            ("eve", "Administrator", &["--group", "Finance"], PASSWORD, "for all systems only"),
            ("mona", "Watcher", &["--all"], PASSWORD, "This name is taken."),
            ("MONA", "Watcher", &["--all"], PASSWORD, "This name is taken."),
        ] {
            let sentence = add(name, collection, reach, password).refused();
            assert!(sentence.contains(words), "{name} {collection}: {sentence}");
        }
        assert!(console.say(&["group", "add", "Finance"]).refused().contains("A group with this name already exists."));
        assert!(console.say(&["group", "add", "FINANCE"]).refused().contains("A group with this name already exists."));
        assert!(console.say(&["group", "add", "../etc"]).refused().contains("without a slash"));
        assert!(console.say(&["group", "add", "Fin\u{202e}ance"]).refused().contains("\\u{202E}"));
        let people = console.database.connect().texts("SELECT name AS value FROM people");
        assert_eq!(people, ["mona"], "nothing else was made");
    }

    /// A forgotten password is replaced on the console (user password), which ends the sessions; the sign-in page
    /// says so.
    async fn a_forgotten_password_is_replaced(console: Home) {
        let portal = console.serve(&[]);
        let ada = ["user", "add", "ada", "--collection", "Administrator", "--all"];
        said(console.command(&ada), PASSWORD).worked();
        let visitor = portal.visitor();
        visitor.open("/").await.expect(200);
        let stranger = visitor.get("/sign-in").await.expect(200);
        assert!(stranger.says("syncdesk user password"), "{}", stranger.told());
        visitor.submit("/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await.expect(303);
        visitor.get("/account").await.expect(200);
        let new = "another phrase, as long";
        let change = |name: &str, password: &str| said(console.command(&["user", "password", name]), password);
        assert!(change("eve", new).refused().contains("There is no enabled account with the name eve."));
        assert!(change("ada", "short").refused().contains("at least 12 characters"));
        visitor.get("/account").await.expect(200);
        assert_eq!(change("ada", &format!("{new}\n")).worked(), "Password of ada changed. All sessions of this account have ended.\n");
        assert!(visitor.get("/account").await.expect(303).location().starts_with("/sign-in"));
        for (password, status) in [(PASSWORD, 422), (new, 303)] {
            visitor.get("/sign-in").await.expect(200);
            visitor.submit("/sign-in", &[("name", "ada"), ("password", password)]).await.expect(status);
        }
        let entries = console.database.connect().texts("SELECT action || ' ' || subject AS value FROM audit WHERE action LIKE 'person.reset%'");
        assert_eq!(entries, ["person.reset_password ada"]);
    }

    async fn the_set_up_token_is_renewed_until_somebody_administers(console: Home) {
        let token = || console.say(&["setup-token"]);
        let (first, second) = (token().worked(), token().worked());
        assert!(first.starts_with("Setup token: ") && first != second, "{first}{second}");
        said(console.command(&["user", "add", "ada", "--collection", "Administrator", "--all"]), PASSWORD).worked();
        assert!(token().refused().contains("Syncdesk is already set up: it has an administrator."));
    }

    /// A running portal continues with the new keys.
    async fn keys_are_rotated(console: Home) {
        let _portal = console.serve(&[]);
        let file = console.path.join("keys.toml");
        let before = std::fs::read_to_string(&file).expect("the keys");
        let told = console.say(&["key", "rotate"]).worked();
        assert_eq!(told, "0 credentials were encrypted with a new key. The old keys were removed.\n");
        assert_ne!(std::fs::read_to_string(&file).expect("the keys"), before);
    }
}

/// Types at a terminal: reads until each prompt, answers, and prints everything that the terminal has shown.
const TYPIST: &str = r#"
import os, pty, sys, termios
answers, command = sys.argv[1].split(","), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown = b""
while True:
    try:
        read = os.read(terminal, 1024)
    except OSError:
        break
    if not read:
        break
    shown += read
    if shown.endswith(b": ") and answers:
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            os.sched_yield()
        os.write(terminal, answers.pop(0).encode() + b"\n")
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// What a terminal shows while these answers are typed, and the exit code.
fn typed(console: &Home, args: &[&str], answers: &str) -> (String, Option<i32>) {
    let command = console.command(args);
    let mut python = std::process::Command::new("python3");
    python.args(["-c", TYPIST, answers]).arg(command.get_program()).args(command.get_args());
    python.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    python.current_dir(&console.path);
    let said = said(python, "");
    (said.out, said.code)
}

/// L8: user add does not show the password.
#[test]
fn a_password_is_not_shown_while_it_is_typed() {
    let console = Home::new(crate::database::TestDatabase::on(crate::database::Database::Sqlite));
    let args = ["user", "add", "ada", "--collection", "Administrator", "--all"];
    let (shown, code) = typed(&console, &args, &format!("{PASSWORD},{PASSWORD} "));
    assert!(code == Some(1) && shown.contains("The passwords do not match."), "{code:?} {shown}");
    let (shown, code) = typed(&console, &args, &format!("{PASSWORD},{PASSWORD}"));
    assert!(code == Some(0) && shown.contains("Account ada created."), "{code:?} {shown}");
    assert!(shown.contains("Password: ") && !shown.contains(PASSWORD), "{shown}");
}
