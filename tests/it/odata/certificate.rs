//! A certificate of the client's own, against a server that we did not write and that lets nobody in without one:
//! odatapy behind cheroot, with Python's TLS (OpenSSL).

use super::faults::checked;
use crate::certificates::{OURS, STRANGE};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::peers::ODataServer;

/// The fields of a form.
fn fields<'a>(name: &'a str, ca: &'a str, (certificate, key): &'a (String, String)) -> [(&'a str, &'a str); 5] {
    [
        ("name", name),
        ("settings.ca", ca),
        ("settings.auth", "certificate"),
        ("settings.certificate", certificate),
        ("settings.key", key),
    ]
}

both_databases! {
    async fn who_shows_it_is_let_in(desk: Desk) {
        let (service, ca, ours) = (ODataServer::odatapy_with_certificates(), OURS.pem(), OURS.client().typed());
        let system = desk.odata_system(&service.root(), &fields("With", &ca, &ours)).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.replica_counts(), ["Countries 4 0", "Partners 250 0"]);
    }

    /// With TLS 1.3 the refusal arrives instead of a response: the stage is still TLS.
    async fn who_shows_none_or_another_is_not(desk: Desk) {
        let (new, old) = (ODataServer::odatapy_with_certificates(), ODataServer::odatapy_with_certificates_and_old_tls());
        let (ca, right) = (OURS.pem(), OURS.client().typed());
        let (strange, expired) = (STRANGE.client().typed(), OURS.expired().typed());
        let tls = |code: &str| (code.to_owned(), "tls".to_owned());
        for (name, service) in [("new", &new), ("old", &old)] {
            let name = |case: &str| format!("{name} {case}");
            let refused = tls("PEER-CERTIFICATE");
            for (case, shown, said) in [
                ("right", &right, &(String::new(), String::new())), ("strange", &strange, &refused), ("expired", &expired, &refused),
            ] {
                assert_eq!(&checked(&desk, &service.root(), &fields(&name(case), &ca, shown)).await, said, "{}", name(case));
            }
        }
        // The alert for a missing certificate in old TLS has other meanings too.
        for (service, name, said) in [(&new, "new none", "PEER-CERTIFICATE"), (&old, "old none", "PEER-TLS")] {
            let none = [("name", name), ("settings.ca", ca.as_str())];
            assert_eq!(checked(&desk, &service.root(), &none).await, tls(said), "{name}");
        }
        let words = desk.texts("SELECT coalesce(detail, '') AS value FROM checks WHERE code = 'PEER-CERTIFICATE'").concat();
        assert!(words.contains("CertificateExpired") && words.contains("UnknownCA"), "{words}");
    }

    /// The same of runs: it is not retried, because it is not temporary.
    async fn a_run_says_so_too(desk: Desk) {
        let (service, ca) = (ODataServer::odatapy_with_certificates(), OURS.pem());
        let system = desk.odata_system(&service.root(), &[("settings.ca", &ca)]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "error");
        assert!(run.told()[0].starts_with("error PEER-CERTIFICATE "), "{:?}", run.log);
        assert_eq!(desk.texts("SELECT end_stage AS value FROM runs WHERE no = 1"), ["tls"]);
        assert!(desk.texts("SELECT state AS value FROM runs WHERE no = 2").is_empty());
    }
}
