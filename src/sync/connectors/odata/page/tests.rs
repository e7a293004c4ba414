use rstest::rstest;

use super::*;

fn read(version: Version, body: &str) -> Result<(Page, Vec<String>), Nonsense> {
    let mut reader = PageReader::new(version);
    let mut records = Vec::new();
    for piece in body.as_bytes().chunks(5) {
        reader.take(piece, &mut |record| {
            records.push(record.map_or("too long".to_owned(), |one| String::from_utf8_lossy(one).into_owned()));
        })?;
    }
    Ok((reader.end()?, records))
}

#[test]
fn version_4() {
    for prefix in ["@odata.", "@"] {
        let body = r#"{"@odata.context": "x", "value": [{"Id": 1}, 2], "@nextLink": "n", "@deltaLink": "d", "@count": 7, "@a.b": {}}"#;
        let (page, records) = read(Version::V4, &body.replace("@next", &format!("{prefix}next"))).unwrap();
        assert_eq!((page.next.as_deref(), page.delta.as_deref(), page.count), (Some("n"), Some("d"), Some(7)));
        assert_eq!((records, page.unknown), (vec![r#"{"Id": 1}"#.to_owned(), "2".to_owned()], BTreeSet::new()));
    }
}

#[test]
fn version_2() {
    let body = r#"{"d": {"__count": "12", "results": [{"Id": 1}], "__next": "n", "__delta": "d"}}"#;
    let (page, records) = read(Version::V2, body).unwrap();
    assert_eq!((page.next.as_deref(), page.delta.as_deref(), page.count), (Some("n"), Some("d"), Some(12)));
    assert_eq!(records, [r#"{"Id": 1}"#]);
    assert_eq!(read(Version::V2, r#"{"d": [{"Id": 1}]}"#).unwrap().1, [r#"{"Id": 1}"#]);
}

/// Some services have one on their last page.
#[rstest]
#[case(r#""""#)]
#[case("\"  \"")]
#[case("null")]
fn an_empty_link_is_none(#[case] link: &str) {
    for name in ["@odata.nextLink", "@nextLink", "@odata.deltaLink"] {
        let (page, _) = read(Version::V4, &format!(r#"{{"value": [], "{name}": {link}}}"#)).unwrap();
        assert_eq!((page.next, page.delta), (None, None));
    }
    let (page, _) = read(Version::V2, &format!(r#"{{"d": {{"results": [], "__next": {link}}}}}"#)).unwrap();
    assert_eq!(page.next, None);
}

#[test]
fn an_error_in_its_own_words() {
    let (page, _) = read(Version::V4, r#"{"value": [{}], "error": {"code": "X", "message": "No."}}"#).unwrap();
    assert_eq!(page.error.as_deref(), Some("X: No."));
    let (page, _) = read(Version::V2, r#"{"error": {"code": "", "message": {"value": "No."}}}"#).unwrap();
    assert_eq!(page.error.as_deref(), Some("No."));
    assert!(read(Version::V4, r#"{"value": [], "error": null}"#).unwrap().0.error.is_some());
}

#[test]
fn version_3_is_named() {
    for member in [r#""odata.metadata": "x""#, r#""odata.nextLink": "n""#, r#""odata.error": {}"#] {
        for version in [Version::V2, Version::V4] {
            let body = format!(r#"{{{member}, "value": []}}"#);
            assert_eq!(read(version, &body).unwrap_err(), Nonsense::Version("3"), "{body}");
        }
    }
}

#[rstest]
#[case(Version::V4, r#"{"value": [], "nextLink": "n"}"#, "its “nextLink” is not of version 4")]
#[case(Version::V4, r#"{"value": [], "__next": "n"}"#, "its “__next” is not of version 4")]
#[case(Version::V4, r#"{"value": [], "@odata.error": {}}"#, "its “@odata.error” is not of version 4")]
#[case(Version::V4, r#"{"value": [], "@odata.nextlink": "n"}"#, "its “@odata.nextlink” is not of version 4")]
#[case(Version::V4, r#"{"value": [], "@odata.nextLink": 7}"#, "its “@odata.nextLink” cannot be read")]
#[case(Version::V4, r#"{"value": [], "@odata.nextLink": "\ud83d"}"#, "its “@odata.nextLink” cannot be read")]
#[case(Version::V2, r#"{"d": {"results": [], "@odata.nextLink": "n"}}"#, "its “@odata.nextLink” is not of version 2")]
#[case(Version::V2, r#"{"value": []}"#, "it has no list of records in “d”, as version 2 requires")]
#[case(Version::V4, r#"{"d": {"results": []}}"#, "it has no list of records in “value”, as version 4 requires")]
fn what_matters_is_never_passed_over(#[case] version: Version, #[case] body: &str, #[case] why: &str) {
    assert_eq!(read(version, body).unwrap_err(), Nonsense::Words(why.to_owned()));
}

#[rstest]
#[case(r#""@odata.count": 1, "@odata.count": 2"#, "“@odata.count” appears twice with different values")]
#[case(r#""@odata.count": null, "@count": 2"#, "“@count” appears twice with different values")]
#[case(r#""@odata.nextLink": "n", "@odata.nextLink": null"#, "“@odata.nextLink” appears twice with different values")]
#[case(r#""@odata.nextLink": null, "@nextLink": "n""#, "“@nextLink” appears twice with different values")]
#[case(r#""@odata.deltaLink": "n", "@odata.deltaLink": "m""#, "“@odata.deltaLink” appears twice with different values")]
#[case(r#""@odata.count": 2.5"#, "“@odata.count” cannot be read")]
#[case(r#""@odata.count": "many""#, "“@odata.count” cannot be read")]
#[case(r#""@odata.context": 7"#, "“@odata.context” cannot be read")]
fn what_is_unclear_is_noticed(#[case] members: &str, #[case] why: &str) {
    let (page, _) = read(Version::V4, &format!(r#"{{"value": [], {members}}}"#)).unwrap();
    assert_eq!(page.unclear.into_iter().collect::<Vec<_>>(), [why]);
}

#[test]
fn of_two_links_or_counts_none_is_lost() {
    for members in [r#""@odata.nextLink": "n", "@odata.nextLink": null"#, r#""@nextLink": "", "@nextLink": "n""#] {
        assert_eq!(read(Version::V4, &format!(r#"{{"value": [], {members}}}"#)).unwrap().0.next.as_deref(), Some("n"));
    }
    let twice = r#"{"d": {"results": [], "__count": 250, "__next": "n", "__next": "n", "__count": "250.0"}}"#;
    let (page, _) = read(Version::V2, twice).unwrap();
    assert_eq!((page.count, page.next.as_deref(), page.unclear), (Some(250), Some("n"), BTreeSet::new()));
}

#[test]
fn what_looks_like_more_is_noticed() {
    for name in ["value@odata.nextLink", "hasMore", "@x.nextPage"] {
        let (page, _) = read(Version::V4, &format!(r#"{{"{name}": "x", "value": []}}"#)).unwrap();
        assert_eq!(page.more.into_iter().collect::<Vec<_>>(), [name]);
    }
    let (page, _) = read(Version::V4, r#"{"total": 7, "$count": "9", "pageCount": 0, "value": []}"#).unwrap();
    assert_eq!((page.counted, page.more), (Some((9, "$count".to_owned())), BTreeSet::new()));
}

#[test]
fn what_is_unknown_is_reported() {
    let unknown = |version, body: &str| read(version, body).unwrap().0.unknown.into_iter().collect::<Vec<_>>();
    assert_eq!(unknown(Version::V4, r#"{"total": 7, "value": [], "x@y": 1}"#), ["total"]);
    assert_eq!(unknown(Version::V2, r#"{"d": {"results": [], "x": 1}, "y": 2}"#), ["x", "y"]);
}

#[test]
fn records_are_bounded() {
    let many = format!("{{\"value\": [{{}}{}]}}", ",{}".repeat(MOST));
    assert_eq!(read(Version::V4, &many).unwrap_err(), Nonsense::Words(format!("it has more than {MOST} records")));
}
