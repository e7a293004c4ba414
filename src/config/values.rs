//! The types of single settings, each parsed from the text of a flag, a variable or the file.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use log::LevelFilter;
use url::Url;

use crate::domain::cadence::BackOff;

/// Networks, separated by commas or spaces: `10.0.0.0/8, 2001:db8::/32, 192.0.2.7`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<IpNet>);

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split([',', ' ']).filter(|word| !word.is_empty()).map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(word: &str) -> Result<IpNet, String> {
    let whole = word.parse::<IpNet>().ok();
    let single = word.parse::<IpAddr>().ok().map(IpNet::from);
    whole
        .or(single)
        .map(|net| net.trunc())
        .ok_or_else(|| format!("`{word}` is not a network; use a format such as 10.0.0.0/8"))
}

/// Folders that the file ends of a group's systems may use, by the name of the group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRoots(pub BTreeMap<String, PathBuf>);

impl FromStr for FileRoots {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut roots = BTreeMap::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (group, path) = word
                .split_once('=')
                .map(|(group, path)| (group.trim(), path.trim()))
                .filter(|(group, path)| !group.is_empty() && Path::new(path).is_absolute())
                .ok_or_else(|| {
                    format!("`{word}` is not a group with an absolute path; use a format such as Finance=/srv/finance")
                })?;
            if roots.insert(group.to_owned(), PathBuf::from(path)).is_some() {
                return Err(format!("the group {group} appears twice"));
            }
        }
        Ok(Self(roots))
    }
}

/// What is logged: `info`, or levels by module such as `warn,syncdesk=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// For `env_logger::Builder::parse_filters`, which then finds nothing to complain about.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        for word in text.split(',') {
            let level = word.split_once('=').map_or(word, |(_, level)| level).trim();
            if level.parse::<LevelFilter>().is_err() {
                return Err(format!("`{level}` is not a log level; use off, error, warn, info, debug or trace"));
            }
        }
        Ok(Self(text.to_owned()))
    }
}

/// The address under which people reach the portal: scheme and host, perhaps a port, and no path.
pub(crate) fn public_url(text: &str) -> Result<Url, String> {
    let wrong =
        || format!("`{text}` is not a valid URL; use a format such as https://desk.example.org, without a path");
    let url = text.parse::<Url>().ok().filter(Url::has_host).ok_or_else(wrong)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    if bare && nobody && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(wrong()) }
}

/// Where to report security problems (RFC 9116, 2.5.3): a mail address, a page or a telephone number.
pub(crate) fn security_contact(text: &str) -> Result<Url, String> {
    let wrong = || {
        format!(
            "`{text}` is not a valid URI; use a format such as mailto:security@example.org or \
             https://example.org/security"
        )
    };
    let url = text.parse::<Url>().ok().filter(|url| url.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
    let url = url.ok_or_else(wrong)?;
    let fits = match url.scheme() {
        "mailto" => url.path().split('@').filter(|part| !part.is_empty()).count() == 2,
        "https" => url.has_host(),
        "tel" => url.path().bytes().any(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    if fits { Ok(url) } else { Err(wrong()) }
}

/// An address and a port to listen on.
pub(crate) fn listen(text: &str) -> Result<SocketAddr, String> {
    let parsed = text.parse::<SocketAddr>().ok();
    parsed.ok_or_else(|| format!("`{text}` is not an IP address with a port; use a format such as 127.0.0.1:8080"))
}

/// A time zone by its name in the IANA database.
pub(crate) fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().ok().ok_or_else(|| format!("`{text}` is not a time zone; use a name such as Europe/Berlin"))
}

/// A count between the bounds.
pub(crate) fn count<const MIN: u32, const MAX: u32>(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (MIN..=MAX).contains(number));
    number.ok_or_else(|| format!("`{text}` is not a whole number from {MIN} to {MAX}"))
}

/// Whole seconds, up to an hour.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    count::<1, 3_600>(text).map(|number| Duration::from_secs(u64::from(number)))
}

/// Whole minutes, up to 30 days.
pub(crate) fn minutes(text: &str) -> Result<Duration, String> {
    count::<1, 43_200>(text).map(|number| Duration::from_secs(u64::from(number) * 60))
}

/// Intervals that rise with the age of an error: `1=15,2=60,1440`.
pub(crate) fn back_off(text: &str) -> Result<BackOff, String> {
    let wrong = || {
        format!(
            "`{text}` is not a list of DAYS=MINUTES in rising order that ends with minutes alone; use a \
             format such as 1=15,1440"
        )
    };
    let (steps, later) = text.rsplit_once(',').map_or(("", text), |(steps, later)| (steps, later));
    let step = |word: &str| {
        let (days, minutes_of) = word.split_once('=')?;
        Some((count::<1, 36_500>(days.trim()).ok()?, minutes(minutes_of.trim()).ok()?))
    };
    let words = steps.split(',').filter(|word| !word.trim().is_empty());
    let steps = words.map(step).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    let later = minutes(later.trim()).ok().ok_or_else(wrong)?;
    BackOff::new(steps, later).ok_or_else(wrong)
}

/// Whole hours, up to a year.
pub(crate) fn hours(text: &str) -> Result<Duration, String> {
    count::<1, 8_760>(text).map(|number| Duration::from_secs(u64::from(number) * 3_600))
}

/// Whole days, up to a hundred years.
pub(crate) fn days(text: &str) -> Result<Duration, String> {
    count::<1, 36_500>(text).map(|number| Duration::from_secs(u64::from(number) * 86_400))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn networks_are_read_with_and_without_a_prefix() {
        let nets = "10.1.2.3/8,192.0.2.7  2001:db8::1".parse::<Networks>().unwrap();
        let shown: Vec<String> = nets.0.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::1/128"]);
        assert_eq!("".parse(), Ok(Networks(vec![])));
        assert_eq!(
            "10.0.0.0/33".parse::<Networks>(),
            Err("`10.0.0.0/33` is not a network; use a format such as 10.0.0.0/8".into())
        );
    }

    #[test]
    fn roots_have_a_group_and_an_absolute_path() {
        let roots = "Finance=/srv/finance, Sales = /srv/a=b".parse::<FileRoots>().unwrap();
        assert_eq!(roots.0.get("Finance"), Some(&PathBuf::from("/srv/finance")));
        assert_eq!(roots.0.get("Sales"), Some(&PathBuf::from("/srv/a=b")));
        for wrong in ["/srv/finance", "Finance=srv", "=/srv", "A=/a,A=/b"] {
            assert!(wrong.parse::<FileRoots>().is_err(), "{wrong}");
        }
    }

    #[rstest]
    #[case("info", true)]
    #[case("warn,syncdesk=debug", true)]
    #[case("inof", false)]
    #[case("syncdesk=loud", false)]
    #[case("syncdesk", false)]
    #[case("", false)]
    fn log_filters(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<LogFilter>().is_ok(), fits);
    }

    #[rstest]
    #[case("https://desk.example.org", true)]
    #[case("http://[::1]:8080/", true)]
    #[case("https://desk.example.org/desk", false)]
    #[case("https://user@desk.example.org", false)]
    #[case("ftp://desk.example.org", false)]
    #[case("desk.example.org", false)]
    fn public_addresses(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(public_url(text).is_ok(), fits);
    }

    #[rstest]
    #[case("mailto:security@example.org", true)]
    #[case("https://example.org/security", true)]
    #[case("tel:+1-201-555-0123", true)]
    #[case("http://example.org/security", false)]
    #[case("security@example.org", false)]
    #[case("mailto:", false)]
    #[case("mailto:security", false)]
    #[case("javascript:alert(1)", false)]
    fn security_contacts(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(security_contact(text).is_ok(), fits);
    }

    #[test]
    fn steps_of_a_back_off() {
        assert_eq!(back_off("1=15,2=60,6=120,13=240,20=480,30=720,1440"), Ok(BackOff::default()));
        assert_eq!(
            back_off(" 1 = 15 , 1440 "),
            Ok(BackOff::new(vec![(1, Duration::from_mins(15))], Duration::from_hours(24)).unwrap())
        );
        assert!(back_off("60").is_ok(), "always the same");
        for wrong in
            ["", "1=15", "2=15,1=60,1440", "1=60,2=15,1440", "1=60,15", "0=15,60", "1=0,60", "1=15,x", "15,1=60"]
        {
            assert!(back_off(wrong).is_err_and(|said| said.contains(wrong)), "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_their_bounds() {
        assert_eq!(count::<0, 8>("8"), Ok(8));
        assert_eq!(count::<0, 8>("9"), Err("`9` is not a whole number from 0 to 8".into()));
        assert_eq!(minutes("90"), Ok(Duration::from_mins(90)));
        assert_eq!(hours("2"), Ok(Duration::from_hours(2)));
        assert_eq!(days("30"), Ok(Duration::from_hours(720)));
        assert_eq!(days("0"), Err("`0` is not a whole number from 1 to 36500".into()));
        assert!(time_zone("Europe/Berlin").is_ok() && time_zone("Berlin").is_err());
        assert!(listen("[::]:80").is_ok() && listen("8080").is_err());
    }
}
