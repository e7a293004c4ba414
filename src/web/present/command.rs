//! A command that an administrator can run in a shell to see a failure again. It has no credentials, no query string, and
//! no character that a person cannot see.

use reqwest::Url;

use crate::domain::invisible::check_name;
use crate::domain::run::Stage;

/// The command for a failure at `stage`; none if there is nothing to try, or if it is unknown where it failed.
/// `args`: of the code. `addresses`: what the connection reaches, each with the word by which arguments name it.
pub(super) fn command(
    stage: Stage,
    code: &str,
    args: &[String],
    addresses: &[(&'static str, String)],
) -> Option<String> {
    if !can_be_tried(stage, code) {
        return None;
    }
    let fit = addresses.iter().map(|(word, address)| (*word, Place::of(address)));
    let fit: Vec<(&str, Place)> = fit.filter_map(|(word, place)| Some((word, place?))).collect();
    let named: Vec<&Place> =
        fit.iter().filter(|(word, place)| args.iter().any(|arg| is_of(arg, word, place))).map(|fit| &fit.1).collect();
    let possible: Vec<&Place> = fit.iter().map(|fit| &fit.1).filter(|place| place.has(stage)).collect();
    match (named.as_slice(), possible.as_slice()) {
        ([place], _) | ([], [place]) => place.command(stage, code),
        (_, _) => None,
    }
}

/// Whether a program of the machine meets what Syncdesk met: not what Syncdesk itself refuses.
fn can_be_tried(stage: Stage, code: &str) -> bool {
    let is_refused = matches!(code, "PEER-FORBIDDEN" | "PEER-ADDRESS" | "PEER-CROWDED" | "PEER-TOO-LARGE");
    let is_of_place = code.starts_with("PEER-") || matches!(code, "FILE-ROOT" | "FILE-SOURCE-MISSING" | "FILE-FULL");
    let is_of_service = code.starts_with("ODATA-") && stage != Stage::Settings;
    !is_refused && (is_of_place || is_of_service)
}

/// Whether an argument of a code names this place: by its word, its address, or its host.
fn is_of(arg: &str, word: &str, place: &Place) -> bool {
    if !word.is_empty() && arg == word {
        return true;
    }
    match place {
        Place::Folder(path) => arg.strip_prefix("file://").unwrap_or(arg).trim_end_matches('/') == path,
        Place::Service(url) => {
            let host = url.host_str().unwrap_or_default();
            let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
            let address = arg.split_once('+').map_or(arg, |(_kind, address)| address);
            arg == host || arg == with_port || Url::parse(address).is_ok_and(|other| other.as_str() == url.as_str())
        }
    }
}

enum Place {
    /// Absolute, without a slash at its end.
    Folder(String),
    Service(Url),
}

impl Place {
    fn of(address: &str) -> Option<Self> {
        check_name(address).ok()?;
        if let Some(path) = address.strip_prefix("file://") {
            let path = path.trim_end_matches('/');
            return path.starts_with('/').then(|| Self::Folder(path.to_owned()));
        }
        let mut url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(Self::Service(url))
    }

    fn has(&self, stage: Stage) -> bool {
        match (self, stage) {
            (Self::Folder(_), Stage::NameLookup | Stage::Tcp | Stage::Tls | Stage::SignIn | Stage::Protocol)
            | (Self::Service(_), Stage::Settings) => false,
            (Self::Service(url), Stage::NameLookup) => url.domain().is_some(),
            (Self::Service(url), Stage::Tls) => url.scheme() == "https",
            (_, Stage::Content)
            | (Self::Folder(_), Stage::Settings)
            | (Self::Service(_), Stage::Tcp | Stage::SignIn | Stage::Protocol) => true,
        }
    }

    fn command(&self, stage: Stage, code: &str) -> Option<String> {
        let url = match self {
            Self::Folder(path) if code == "FILE-FULL" => return Some(format!("df -h {}", quoted(path))),
            Self::Folder(path) => return Some(format!("ls -ld {}", quoted(path))),
            Self::Service(url) => url,
        };
        let host = url.host_str()?;
        match stage {
            Stage::Settings => None,
            Stage::NameLookup => Some(format!("getent hosts {}", quoted(host))),
            Stage::Tcp => Some(format!("curl -I --connect-timeout 10 {}", quoted(url.as_str()))),
            Stage::Tls => {
                let peer = quoted(&format!("{host}:{}", url.port_or_known_default()?));
                let name = url.domain().map(|name| format!(" -servername {}", quoted(name))).unwrap_or_default();
                Some(format!("openssl s_client -connect {peer}{name} </dev/null"))
            }
            Stage::SignIn | Stage::Protocol | Stage::Content => Some(format!("curl -I {}", quoted(url.as_str()))),
        }
    }
}

/// One word of a POSIX shell (2.2.2, single quotes), whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SHARE: &str = "https://dav.example.org/team/";

    fn of(stage: Stage, code: &str, args: &[&str], addresses: &[(&'static str, &str)]) -> Option<String> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let addresses: Vec<_> = addresses.iter().map(|(word, address)| (*word, (*address).to_owned())).collect();
        command(stage, code, &args, &addresses)
    }

    #[rstest]
    #[case(Stage::NameLookup, "PEER-NAME", "getent hosts 'dav.example.org'")]
    #[case(Stage::Tcp, "PEER-REFUSED", "curl -I --connect-timeout 10 'https://dav.example.org/team/'")]
    #[case(
        Stage::Tls,
        "PEER-TLS",
        "openssl s_client -connect 'dav.example.org:443' -servername 'dav.example.org' </dev/null"
    )]
    #[case(Stage::SignIn, "PEER-SIGN-IN", "curl -I 'https://dav.example.org/team/'")]
    #[case(Stage::Content, "FILE-ROOT", "curl -I 'https://dav.example.org/team/'")]
    fn each_stage_has_its_command(#[case] stage: Stage, #[case] code: &str, #[case] expected: &str) {
        let args = if code == "FILE-ROOT" { "webdav+https://dav.example.org/team/" } else { "dav.example.org" };
        let both = [("source", "file:///srv/in/"), ("destination", SHARE)];
        assert_eq!(of(stage, code, &[args], &both).as_deref(), Some(expected));
    }

    #[rstest]
    #[case("file:///srv/in/", "ls -ld '/srv/in'")]
    #[case("file:///srv/it's here/", r"ls -ld '/srv/it'\''s here'")]
    #[case("file:///srv/$(reboot) `x` \"y\" \\ ;&|<>*/", "ls -ld '/srv/$(reboot) `x` \"y\" \\ ;&|<>*'")]
    #[case("file:///-rf/", "ls -ld '/-rf'")]
    #[case("https://ada:secret@host:8443/a'b?token=x#y", "curl -I 'https://host:8443/a'\\''b'")]
    fn it_is_one_word_for_the_shell(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(of(Stage::Content, "FILE-ROOT", &[], &[("source", address)]).as_deref(), Some(expected));
    }

    /// What people cannot see, what is no address, and what Syncdesk itself refuses.
    #[rstest]
    #[case(Stage::Content, "FILE-ROOT", "file:///srv/a\nreboot/")]
    #[case(Stage::Content, "FILE-ROOT", "file:///srv/a\u{202e}b/")]
    #[case(Stage::Content, "FILE-ROOT", "https://host/a\u{1b}[2J")]
    #[case(Stage::Content, "FILE-ROOT", "file://relative/")]
    #[case(Stage::Content, "FILE-ROOT", "gopher://host/")]
    #[case(Stage::Content, "FILE-OVERLAP", "file:///srv/in/")]
    #[case(Stage::Tcp, "PEER-FORBIDDEN", SHARE)]
    #[case(Stage::Settings, "PEER-NAME", SHARE)]
    fn nothing_is_offered(#[case] stage: Stage, #[case] code: &str, #[case] address: &str) {
        assert_eq!(of(stage, code, &[], &[("source", address)]), None);
    }

    #[test]
    fn of_two_places_the_one_that_failed() {
        let folders = [("source", "file:///srv/in/"), ("destination", "file:///srv/out/")];
        assert_eq!(of(Stage::Content, "FILE-FULL", &["destination"], &folders).as_deref(), Some("df -h '/srv/out'"));
        assert_eq!(of(Stage::Content, "FILE-ROOT", &["/srv/in"], &folders).as_deref(), Some("ls -ld '/srv/in'"));
        assert_eq!(
            of(Stage::Content, "FILE-SOURCE-MISSING", &["file:///srv/in/"], &folders).as_deref(),
            Some("ls -ld '/srv/in'")
        );
        assert_eq!(of(Stage::Content, "FILE-ROOT", &[], &folders), None, "nobody knows which");
        let services = [("source", SHARE), ("destination", "https://other.example/x/")];
        let other = of(Stage::Tcp, "PEER-REFUSED", &["other.example:443"], &services);
        assert_eq!(other.as_deref(), Some("curl -I --connect-timeout 10 'https://other.example/x/'"));
    }
}
