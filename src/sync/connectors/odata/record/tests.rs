//! What is taken over of a record, and what is wrong with it.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::sync::connectors::odata::metadata::{Derived, Property};

fn property(kind: EdmType, nullable: bool) -> Property {
    Property { kind, collection: false, nullable, max_length: Some(4), precision: None, scale: None }
}

fn items() -> EntitySet {
    let properties = BTreeMap::from([
        ("Order".to_owned(), property(EdmType::Text, false)),
        ("Item".to_owned(), property(EdmType::Integer(0, 999), false)),
        ("Text".to_owned(), property(EdmType::Text, true)),
        ("Unit".to_owned(), property(EdmType::Text, false)),
    ]);
    let key = vec!["Order".to_owned(), "Item".to_owned()];
    EntitySet { key, properties, navigations: vec!["toOrder".to_owned()], ..EntitySet::default() }
}

fn read_text(set: &EntitySet, record: &str) -> Result<Met, RecordError> {
    match read(set, Some(record.as_bytes()), &mut Absent::new())? {
        ListElement::Met(met) => Ok(met),
        other => panic!("no record: {other:?}"),
    }
}

fn data(met: Met) -> String {
    met.content.unwrap().data
}

/// What may be null, and what a bad record leaves out, are two things.
#[test]
fn what_is_left_out_is_counted() {
    let mut absent = Absent::new();
    for record in [
        json!({"Order": "7", "Item": 10, "Unit": "PC"}),
        json!({"Order": "7", "Item": 11, "Unit": "PC", "Text": null}),
        json!({"Order": "7", "Item": 12, "Unit": "PC"}),
        json!({"Order": "7", "Item": 13}),
    ] {
        let _ = read(&items(), Some(record.to_string().as_bytes()), &mut absent);
    }
    assert_eq!(absent, Absent::from([("Text".to_owned(), 2)]));
}

#[test]
fn annotations_and_navigations_are_left_out() {
    let record = r#"{"@odata.etag": "x", "Order": "7", "Item": 10, "Unit": "PC", "Text": null, "n@x": 1e400,
        "toOrder": {"Order": "\ud83d"}, "toOrder@odata.navigationLink": "x", "__metadata": [[[[]]]]}"#;
    let met = read_text(&items(), record).unwrap();
    assert_eq!(met.key, b"7/10");
    assert_eq!(data(met), r#"{"Item":10,"Order":"7","Text":null,"Unit":"PC"}"#);
}

#[rstest]
#[case(r#"{"Order": "7", "Item": 10, "Unit": "PC", "New": 1}"#, "ODATA-STRUCTURE", &["New", "unknown"], Some("7/10"))]
#[case(r#"{"Order": "7", "Item": 10}"#, "ODATA-STRUCTURE", &["Unit", "missing"], Some("7/10"))]
#[case(r#"{"Order": "7", "Item": 10, "Unit": null}"#, "ODATA-CONSISTENCY", &["mandatory", "Unit"], Some("7/10"))]
#[case(r#"{"Order": "7", "Item": 10, "Unit": 3}"#, "ODATA-STRUCTURE", &["Unit", "type", "3"], Some("7/10"))]
#[case(r#"{"Order": "7", "Item": 10, "Unit": "PIECE"}"#, "ODATA-STRUCTURE", &["Unit", "length", "PIECE"], Some("7/10"))]
#[case(r#"{"Order": "7", "Item": 1000, "Unit": "PC"}"#, "ODATA-STRUCTURE", &["Item", "range", "1000"], None)]
#[case(r#"{"Order": "7", "Unit": "PC"}"#, "ODATA-CONSISTENCY", &["key", "Item"], None)]
#[case(r#"{"Order": "7", "Item": null, "Unit": "PC"}"#, "ODATA-CONSISTENCY", &["key", "Item"], None)]
#[case(r#"{"Order": "7", "Item": 10, "Unit": "\ud83d"}"#, "ODATA-RECORD", &["text", "Unit"], Some("7/10"))]
#[case(r#"{"Order": "\udc00", "Item": 10, "Unit": "PC"}"#, "ODATA-RECORD", &["text", "Order"], None)]
#[case(r#"{"Order": "7", "Item": 10, "Unit": "A", "Unit": "B"}"#, "ODATA-RECORD", &["twice", "Unit"], Some("7/10"))]
#[case(r#"{"Order": "7", "Item": 10, "Unit": "A", "Item": 11}"#, "ODATA-RECORD", &["twice", "Item"], None)]
#[case("[1]", "ODATA-RECORD", &["shape"], None)]
#[case("null", "ODATA-RECORD", &["shape"], None)]
#[case("\"text\"", "ODATA-RECORD", &["shape"], None)]
#[case("1e400", "ODATA-RECORD", &["shape"], None)]
fn bad_records(#[case] record: &str, #[case] code: &'static str, #[case] args: &[&str], #[case] key: Option<&str>) {
    let bad = read_text(&items(), record).unwrap_err();
    assert_eq!((bad.code, bad.args.iter().map(String::as_str).collect::<Vec<_>>()), (code, args.to_vec()));
    assert_eq!(bad.key.as_deref(), key.map(str::as_bytes));
}

#[test]
fn what_is_no_json_costs_one_record() {
    for (record, key) in [
        (&br#"{"Order": "7", "Item": 10, "Unit": NaN}"#[..], Some(&b"7/10"[..])),
        (br#"{"Unit": 01, "Order": "7", "Item": 10}"#, None),
        (b"{\"Order\": \"7\", \"Item\": 10, \"Unit\": \"P\xe9\"}", Some(b"7/10")),
        (b"{\"Order\": \"\xe9\", \"Item\": 10, \"Unit\": \"PC\"}", None),
    ] {
        let bad = read(&items(), Some(record), &mut Absent::new()).unwrap_err();
        assert_eq!((bad.code, bad.key.as_deref()), (codes::RECORD, key), "{}", String::from_utf8_lossy(record));
    }
    let unread = b"{\"Order\": \"7\", \"Item\": 10, \"Unit\": \"PC\", \"@x\": \"\xe9\"}";
    assert!(read(&items(), Some(unread), &mut Absent::new()).is_ok());
    assert_eq!(read(&items(), None, &mut Absent::new()).unwrap_err().args, ["size"]);
}

#[test]
fn depth_costs_one_record() {
    let open = EntitySet { open: true, ..items() };
    let of = |depth: usize| {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        read_text(&open, &format!(r#"{{"Order": "7", "Item": 10, "Unit": "PC", "More": {nested}}}"#))
    };
    assert!(of(90).is_ok());
    for depth in [200, 10_000] {
        let bad = of(depth).unwrap_err();
        assert_eq!((bad.args.join(" "), bad.key), ("deep More".to_owned(), Some(b"7/10".to_vec())));
    }
}

#[test]
fn records_are_bounded() {
    let open = EntitySet { open: true, ..items() };
    let of = |length: usize| {
        let record = json!({"Order": "7", "Item": 10, "Unit": "PC", "More": "x".repeat(length)});
        read_text(&open, &record.to_string())
    };
    assert!(of(LONGEST - 100).is_ok());
    let bad = of(LONGEST).unwrap_err();
    assert_eq!(
        (bad.code, bad.args, bad.key.as_deref()),
        (codes::CONSISTENCY, vec!["large".to_owned()], Some(&b"7/10"[..]))
    );
}

/// All digits are kept, and what earlier versions have stored is no change.
#[test]
fn numbers() {
    let decimal = Property { max_length: None, ..property(EdmType::Decimal, true) };
    let properties = BTreeMap::from([
        ("Id".to_owned(), property(EdmType::Decimal, false)),
        ("Sum".to_owned(), Property { kind: EdmType::Decimal, ..decimal }),
    ]);
    let set = EntitySet { key: vec!["Id".to_owned()], properties, ..EntitySet::default() };
    let of = |id: &str, sum: &str| read_text(&set, &format!(r#"{{"Id": {id}, "Sum": {sum}}}"#)).unwrap();
    let digest = |id: &str, sum: &str| of(id, sum).content.unwrap().digest;

    assert_eq!(data(of("1", "12345678901234567890.1234567891")), r#"{"Id":1,"Sum":12345678901234567890.1234567891}"#);
    assert_eq!(data(of("1", "100.00")), r#"{"Id":1,"Sum":100.00}"#);
    // As an earlier version has stored it.
    for (sum, stored) in
        [("100.00", "100.0"), ("1.50", "1.5"), ("1e2", "100.0"), ("7", "7"), ("1E-7", "1e-7"), ("-0.0", "-0.0")]
    {
        let before = Sha256::digest(format!(r#"{{"Id":1,"Sum":{stored}}}"#));
        assert_eq!(digest("1", sum), before[..16], "{sum}");
    }
    assert_ne!(digest("1", "12345678901234567890.1"), digest("1", "12345678901234567890.2"), "a change");
    assert_eq!(digest("1", "12345678901234567890.1"), digest("1", "12345678901234567890.10"), "no change");
    assert_ne!(of("12345678901234567.1", "1").key, of("12345678901234567.2", "1").key, "two records");
    assert_eq!(of("1.50", "1").key, b"1.5");
    assert_eq!(of("9007199254740993", "1").key, b"9007199254740993");
}

fn people() -> EntitySet {
    let cost = BTreeMap::from([("Cost".to_owned(), property(EdmType::Integer(0, 999), false))]);
    let derived = |open| Derived { open, properties: cost.clone(), navigations: vec!["boss".to_owned()] };
    EntitySet {
        key: vec!["Id".to_owned()],
        properties: BTreeMap::from([("Id".to_owned(), property(EdmType::Integer(0, 9), false))]),
        derived: BTreeMap::from([("odd.Employee".to_owned(), derived(false)), ("odd.Guest".to_owned(), derived(true))]),
        ..EntitySet::default()
    }
}

#[rstest]
#[case(r##"{"@odata.type": "#odd.Employee", "Id": 1, "Cost": 7, "boss": {}}"##)]
#[case(r#"{"@type": "http://host/$metadata#odd.Employee", "Id": 1, "Cost": 7}"#)]
#[case(r##"{"@odata.type": "#alias.Employee", "Id": 1, "Cost": 7}"##)]
#[case(r#"{"__metadata": {"uri": "x", "type": "odd.Employee"}, "Id": 1, "Cost": 7}"#)]
fn records_of_derived_types(#[case] record: &str) {
    assert_eq!(data(read_text(&people(), record).unwrap()), r#"{"Cost":7,"Id":1}"#);
}

#[rstest]
#[case(r#"{"Id": 1, "Cost": 7}"#, "Cost unknown")]
#[case(r##"{"@odata.type": "#odd.Stranger", "Id": 1, "Cost": 7}"##, "Cost unknown")]
#[case(r##"{"@odata.type": "#odd.Employee", "Id": 1}"##, "Cost missing")]
#[case(r##"{"@odata.type": "#odd.Employee", "Id": 1, "Cost": 7, "New": 1}"##, "New unknown")]
fn derived_types_have_rules_too(#[case] record: &str, #[case] wrong: &str) {
    let bad = read_text(&people(), record).unwrap_err();
    assert_eq!((bad.args.join(" "), bad.key), (wrong.to_owned(), Some(b"1".to_vec())));
    let open = r##"{"@odata.type": "#odd.Guest", "Id": 1, "Cost": 7, "New": 1}"##;
    assert_eq!(data(read_text(&people(), open).unwrap()), r#"{"Cost":7,"Id":1,"New":1}"#);
}

#[test]
fn links_between_records_are_no_records() {
    let link = r##"{"@odata.context": "#Things/$deletedLink", "source": "a", "relationship": "b", "target": "c"}"##;
    assert_eq!(read(&items(), Some(link.as_bytes()), &mut Absent::new()), Ok(ListElement::Link));
}

#[rstest]
#[case(r#"{"@odata.context": "x#Items/$deletedEntity", "id": "Items(Order='7',Item=10)", "reason": "deleted"}"#, &["7/10"])]
#[case(r#"{"@removed": {"reason": "deleted"}, "@id": "http://x/Items(Item=10,Order='')"}"#, &["/10"])]
#[case(r#"{"@odata.removed": {}, "Order": "7", "Item": 10}"#, &["7/10"])]
fn what_is_removed(#[case] record: &str, #[case] keys: &[&str]) {
    let keys = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
    assert_eq!(read(&items(), Some(record.as_bytes()), &mut Absent::new()), Ok(ListElement::Removed(keys)));
}

#[test]
fn what_is_removed_and_has_no_key() {
    for record in [r#"{"@removed": {}}"#, r#"{"@removed": {}, "@id": "Items"}"#] {
        let bad = read(&items(), Some(record.as_bytes()), &mut Absent::new()).unwrap_err();
        assert_eq!(bad.args, ["removed", "Order, Item"]);
    }
}
