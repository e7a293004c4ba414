//! `syncdesk`: reads the command line and does what it says.

mod allocator;

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use syncdesk::app::{AppContext, Application, Worker};
use syncdesk::cli::{self, Command, GroupCommand, Invocation, KeyCommand, NewUser, UserCommand};
use syncdesk::clock::SystemClock;
use syncdesk::config::{Config, ConfigError, Environment, logging, show};
use syncdesk::ops::error::OpError;
use syncdesk::ops::passwords::{Passwords, RECOMMENDED};
use syncdesk::ops::reset_password::reset_password;
use syncdesk::ops::set_up::IsSetUp;
use syncdesk::ops::{maintenance, people, rotate_keys, set_up};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    let environment = Environment::new(std::env::vars_os()).map(Environment::on_this_machine);
    let read = environment.and_then(|environment| cli::read(&args, &environment));
    let invocation = match read {
        Ok(invocation) => invocation,
        Err(ConfigError::Usage(usage)) => usage.exit(),
        Err(error) => return failed(&error),
    };
    if matches!(invocation.command, Command::Serve | Command::Work) {
        allocator::fix_threshold();
    }
    if let Err(error) = logging::start(&invocation.config.log) {
        return failed(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(run(invocation)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&*error),
    }
}

type Failed = Box<dyn std::error::Error>;

fn failed(error: &(impl std::fmt::Display + ?Sized)) -> ExitCode {
    // Nothing is left to say it to when this fails.
    let _ = writeln!(std::io::stderr(), "syncdesk: {error}");
    ExitCode::FAILURE
}

fn say(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{text}")
}

async fn run(invocation: Invocation) -> Result<(), Failed> {
    let Invocation { command, config, shown } = invocation;
    if command == Command::CheckConfig {
        return Ok(say(show::table(&shown).trim_end())?);
    }
    if command == Command::Serve {
        return serve(config).await;
    }
    if !matches!(command, Command::Work | Command::Migrate) {
        config.check_database_exists()?;
    }
    let context = AppContext::open(config, Arc::new(SystemClock))?;
    match command {
        Command::Work => work(context).await,
        Command::Migrate => Ok(say("The database is up to date.")?),
        Command::User(UserCommand::Add(new)) => add_user(&context, new).await,
        Command::User(UserCommand::Password { name }) => {
            let name = name.trim();
            let new = (name, read_password()?);
            let now = context.clock.now();
            reset_password(&context.store, context.console(), &Passwords::new(RECOMMENDED)?, new, now).await?;
            Ok(say(&format!("Password of {name} changed. All sessions of this account have ended."))?)
        }
        Command::Group(GroupCommand::Add { name }) => {
            let name = name.trim();
            people::add_group(&context.store, context.console(), name, context.clock.now()).await?;
            context.make_roots()?;
            Ok(say(&format!("Group {name} created."))?)
        }
        Command::Key(KeyCommand::Rotate) => {
            let sealed =
                rotate_keys::rotate_keys(&context.store, &context.vault, context.console(), context.clock.now())
                    .await?;
            let credentials = if sealed == 1 { "credential was" } else { "credentials were" };
            Ok(say(&format!("{sealed} {credentials} encrypted with a new key. The old keys were removed."))?)
        }
        Command::SetupToken => match set_up::renew_token(&context.store, context.console(), false).await {
            Ok(Some(token)) => Ok(say(&format!("Setup token: {token}"))?),
            Ok(None) => Ok(()),
            Err(OpError::Refused(IsSetUp)) => Err("Syncdesk is already set up: it has an administrator.".into()),
            Err(error) => Err(error.into()),
        },
        Command::Serve | Command::CheckConfig => Ok(()),
    }
}

async fn serve(config: Config) -> Result<(), Failed> {
    let asked = StopSignals::listen()?;
    let public = config.public_url.clone();
    let listener = Application::listen(&config)?;
    warn(&config, true);
    let application = Application::build(AppContext::open(config, Arc::new(SystemClock))?, listener).await?;
    let address = public.map_or_else(|| format!("http://{}", application.address()), |url| url.to_string());
    let address = address.trim_end_matches('/');
    say(&format!("Syncdesk listens on {address}"))?;
    match (application.setup(), application.is_administered()) {
        (Some(setup), _) => {
            say(&format!(
                "There is no administrator yet. To set up Syncdesk, open {address}/setup?token={}",
                setup.code
            ))?;
            say("This link works once. The setup page also accepts the setup token:")?;
            say(&format!("Setup token: {}", setup.token))?;
        }
        (None, false) => {
            say(&format!("There is no administrator yet. To set up Syncdesk, open {address}/setup"))?;
            say("`syncdesk setup-token` prints a new setup token.")?;
        }
        (None, true) => {}
    }
    let ending = application.handle();
    tokio::spawn(async move {
        asked.arrives().await;
        log::info!("shutting down: ending requests and runs");
        ending.end().await;
    });
    Ok(application.run().await?)
}

/// What is dangerous about the settings, once the program has not failed for them.
fn warn(config: &Config, serves: bool) {
    for warning in config.warnings(serves) {
        log::warn!("{warning}");
    }
}

async fn work(context: AppContext) -> Result<(), Failed> {
    let asked = StopSignals::listen()?;
    warn(&context.config, false);
    maintenance::prepare(&context.store).await?;
    let engine = context.engine(Arc::new(Notify::new()), CancellationToken::new());
    let watching = tokio::spawn(context.store.clone().watch());
    let worker = Worker::start(engine)?;
    say("Syncdesk worker started.")?;
    asked.arrives().await;
    watching.abort();
    Ok(tokio::task::spawn_blocking(move || worker.stop()).await?)
}

/// SIGTERM and Ctrl-C. Listened for before anything is begun: until then they end the process at once.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn arrives(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn add_user(context: &AppContext, new: NewUser) -> Result<(), Failed> {
    let password = read_password()?;
    let name = new.name.trim().to_owned();
    let person =
        people::NewPerson { name: name.clone(), password, time_zone: new.time_zone.map(|zone| zone.name().to_owned()) };
    let passwords = Passwords::new(RECOMMENDED)?;
    let console = context.console();
    let assigned = people::Assigned { collection: new.collection, group: new.group };
    people::add_person(&context.store, console, &passwords, person, assigned, context.clock.now()).await?;
    Ok(say(&format!("Account {name} created."))?)
}

/// From the terminal, twice and without showing it; otherwise from standard input.
fn read_password() -> Result<SecretString, Failed> {
    if !std::io::stdin().is_terminal() {
        let mut password = Zeroizing::new(String::new());
        std::io::stdin().take(4_096).read_to_string(&mut password)?;
        return Ok(SecretString::from(password.trim_end_matches(['\r', '\n'])));
    }
    let password = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let again = Zeroizing::new(rpassword::prompt_password("Confirm password: ")?);
    if password != again {
        return Err("The passwords do not match.".into());
    }
    Ok(SecretString::from(password.as_str()))
}
