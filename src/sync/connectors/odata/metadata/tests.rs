//! By hand, from the documents of either version.

use super::*;

const V2: &str = r#"<?xml version="1.0"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices>
<Schema Namespace="S" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
<EntityType Name="Partner"><Key><PropertyRef Name="Id"/></Key>
<Property Name="Id" Type="Edm.String" MaxLength="10" Nullable="false" sap:label="No" xmlns:sap="x"/>
<Property Name="Country" Type="Edm.String" MaxLength="3"/>
<NavigationProperty Name="to_Country" Relationship="S.assoc" FromRole="From" ToRole="To"/></EntityType>
<EntityType Name="Country"><Key><PropertyRef Name="Code"/></Key><Property Name="Code" Type="Edm.String" Nullable="false"/></EntityType>
<Association Name="assoc"><End Type="S.Partner" Multiplicity="*" Role="From"/><End Type="S.Country" Multiplicity="1" Role="To"/>
<ReferentialConstraint><Principal Role="To"><PropertyRef Name="Code"/></Principal>
<Dependent Role="From"><PropertyRef Name="Country"/></Dependent></ReferentialConstraint></Association>
<EntityContainer Name="C"><EntitySet Name="Partners" EntityType="S.Partner"/><EntitySet Name="Countries" EntityType="S.Country"/>
<AssociationSet Name="as" Association="S.assoc"><End EntitySet="Partners" Role="From"/><End EntitySet="Countries" Role="To"/></AssociationSet>
</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"#;

const V4: &str = r#"<edmx:Edmx Version="4.01" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="long.name" Alias="s" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<TypeDefinition Name="Amount" UnderlyingType="Edm.Decimal"/><EnumType Name="Color"/><ComplexType Name="Address"/>
<EntityType Name="Base" Abstract="true"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32" Nullable="false"/></EntityType>
<EntityType Name="Order" BaseType="s.Base" OpenType="true">
<Property Name="Total" Type="s.Amount" Precision="5" Scale="variable"/><Property Name="Tags" Type="Collection(Edm.String)"/>
<Property Name="Color" Type="long.name.Color"/><Property Name="Home" Type="s.Address"/><Property Name="Parent" Type="Edm.Int32"/>
<NavigationProperty Name="parent" Type="s.Order"><ReferentialConstraint Property="Parent" ReferencedProperty="Id"/></NavigationProperty>
<NavigationProperty Name="items" Type="Collection(s.Order)"/></EntityType>
<EntityContainer Name="C"><EntitySet Name="Orders" EntityType="s.Order"><NavigationPropertyBinding Path="parent" Target="Orders"/></EntitySet>
</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"#;

/// More than any of these documents has.
const ELEMENTS: usize = 10_000;

fn model(document: &str) -> Model {
    Document::read(document.as_bytes(), ELEMENTS).unwrap().resolve(usize::MAX, |_| true).unwrap()
}

#[test]
fn version_2() {
    let model = model(V2);
    assert_eq!(model.version, Version::V2);
    let partners = &model.sets["Partners"];
    assert_eq!(partners.key, ["Id"]);
    assert_eq!((partners.properties["Id"].max_length, partners.properties["Id"].nullable), (Some(10), false));
    assert!(partners.properties["Country"].nullable);
    let reference = Reference { name: "assoc".into(), target: "Countries".into(), properties: vec!["Country".into()] };
    assert_eq!(partners.references, [reference]);
    assert!(model.sets["Countries"].references.is_empty());
}

#[test]
fn version_4() {
    let model = model(V4);
    let orders = &model.sets["Orders"];
    assert_eq!((orders.key.as_slice(), orders.open), (&["Id".to_owned()][..], true), "the base has the key");
    let kinds = ["Id", "Total", "Tags", "Color", "Home"].map(|name| orders.properties[name].kind);
    assert_eq!(
        kinds,
        [
            EdmType::Integer(i32::MIN.into(), i32::MAX.into()),
            EdmType::Decimal,
            EdmType::Text,
            EdmType::Enumeration,
            EdmType::Complex
        ]
    );
    assert!(orders.properties["Tags"].collection);
    assert_eq!(orders.order, ["Id", "Total", "Tags", "Color", "Home", "Parent"]);
    assert_eq!((orders.properties["Total"].precision, orders.properties["Total"].scale), (Some(5), None));
    assert_eq!(orders.navigations, ["parent", "items"]);
    let reference = Reference { name: "parent".into(), target: "Orders".into(), properties: vec!["Parent".into()] };
    assert_eq!(orders.references, [reference]);
}

fn unfit(document: &str) -> Unfit {
    match Document::read(document.as_bytes(), ELEMENTS) {
        Ok(document) => document.resolve(usize::MAX, |_| true).unwrap_err().into(),
        Err(unfit) => unfit,
    }
}

fn wrong(document: &str) -> String {
    match unfit(document) {
        Unfit::Words(words) => words,
        Unfit::Version(version) => panic!("version {version}"),
    }
}

/// Why the only set cannot be used.
fn unusable(document: &str) -> String {
    let model = model(document);
    assert!(model.sets.is_empty(), "{:?}", model.sets.keys());
    model.unusable.into_values().next().expect("a set")
}

#[test]
fn what_is_no_metadata_is_refused_in_words() {
    assert_eq!(wrong("<html><body>Sign in</body></html>"), "it is not an OData document");
    assert_eq!(wrong(&V2.replace("Edmx Version=\"1.0\"", "Edmx Version=\"9\"")), "its version is “9”");
    assert!(wrong(&V4[..400]).len() > 3);
    assert_eq!(wrong(""), "it is not an OData document");
}

#[test]
fn version_3_is_named() {
    let namespace = "xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\"";
    let services =
        |version: &str| V2.replace("<edmx:DataServices>", &format!("<edmx:DataServices {namespace} {version}>"));
    for document in [
        services("m:DataServiceVersion=\"3.0\""),
        services("m:MaxDataServiceVersion=\"3.0\" m:DataServiceVersion=\"3.0;NetFx\""),
        V2.replace("Edmx Version=\"1.0\"", "Edmx Version=\"3.0\""),
    ] {
        assert_eq!(unfit(&document), Unfit::Version("3".to_owned()), "{document}");
    }
    // A service that could do version 3 as well.
    let both = services("m:DataServiceVersion=\"1.0\" m:MaxDataServiceVersion=\"3.0\"");
    assert_eq!(model(&both).version, Version::V2);
}

/// A set that cannot be read costs no other.
#[test]
fn sets_that_cannot_be_used_are_marked() {
    let with = |set: &str, types: &str| {
        let document =
            V4.replace("<EntitySet ", &format!("<EntitySet Name=\"Odd\" EntityType=\"s.{set}\"/><EntitySet "));
        let model = model(&document.replace("<TypeDefinition", &format!("{types}<TypeDefinition")));
        assert_eq!(model.sets.keys().collect::<Vec<_>>(), ["Orders"], "{set}");
        assert!(model.has("Odd") && model.has("Orders") && !model.has("Other"));
        model.unusable["Odd"].clone()
    };
    assert_eq!(with("Keyless", "<EntityType Name=\"Keyless\"/>"), "its type has no key");
    assert_eq!(with("Address", ""), "its type has no key");
    assert_eq!(with("Nobody", ""), "there is no type “long.name.Nobody”");
    let round = "<EntityType Name=\"A\" BaseType=\"s.B\"/><EntityType Name=\"B\" BaseType=\"s.A\"/>";
    assert_eq!(with("A", round), "the type “long.name.A” has too many base types");
    let lacking = "<EntityType Name=\"L\"><Key><PropertyRef Name=\"Id\"/></Key></EntityType>";
    assert_eq!(with("L", lacking), "its key has the property “Id”, which its type does not have");
}

/// Each set has the properties of its type: a short document must not become a large model.
#[test]
fn sets_and_properties_are_bounded() {
    let many = |n: usize, what: &dyn Fn(usize) -> String| (0..n).map(what).collect::<String>();
    let set = |n: usize| format!("<EntitySet Name=\"S{n:04}\" EntityType=\"s.Order\"/>");
    let property = |n: usize| format!("<Property Name=\"P{n}\" Type=\"Edm.String\"/>");
    let with = |sets: usize, properties: usize| {
        let document = V4.replace("<EntitySet ", &(many(sets, &set) + "<EntitySet "));
        document.replace("<Property Name=\"Total\"", &(many(properties, &property) + "<Property Name=\"Total\""))
    };
    assert_eq!(model(&with(4, 1_900)).sets.len(), 5);
    assert_eq!(wrong(&with(5_000, 0)), "it has more than 5000 entity sets");
    let document = Document::read(with(10, 1_900).as_bytes(), 10_000).unwrap();
    let full = document.resolve(6_000_000, |name| name == "S0008").unwrap();
    assert!(full.bytes() <= 6_000_000, "{}", full.bytes());
    assert_eq!(
        full.sets.keys().collect::<Vec<_>>(),
        ["S0000", "S0001", "S0002", "S0003", "S0008"],
        "what is wanted first"
    );
    assert!(full.unusable["S0004"].contains("too much memory"), "{}", full.unusable["S0004"]);
    assert!(model(&with(1, 2_000)).unusable["S0000"].contains("more than 2000 properties"));
    let elements = format!("<edmx:Edmx Version=\"4.0\"><Schema>{}", "<EntityType/>".repeat(10_001));
    assert_eq!(wrong(&elements), "it has more than 10000 elements");
    // A tree of types: each has what is above it.
    let types = many(1_000, &|n| {
        format!(
            "<EntityType Name=\"D{n}\" BaseType=\"s.Order\"><Property Name=\"a\"/><Property Name=\"b\"/></EntityType>"
        )
    });
    assert!(unusable(&V4.replace("<TypeDefinition", &(types + "<TypeDefinition"))).contains("derived"));
}

/// Also those of elements that are of no use.
#[test]
fn all_names_together_are_bounded() {
    let with = |bytes: usize| {
        V4.replace("<EntityContainer ", &format!("<EnumType Name=\"{}\"/><EntityContainer ", "n".repeat(bytes)))
    };
    assert_eq!(model(&with(6 * 1024 * 1024 - 5_000)).sets.len(), 1);
    assert_eq!(wrong(&with(6 * 1024 * 1024)), "its names have more than 6291456 bytes in total");
}

#[test]
fn names_stand_in_addresses() {
    for odd in ["http://thief.example/x", "//thief.example", "../x", "a?b", "a b", "", "..", &"x".repeat(200)] {
        let shown = crate::net::secrets::cut(odd, 128);
        let said = unusable(&V4.replace("\"Orders\" E", &format!("\"{odd}\" E")));
        assert_eq!(said, format!("“{shown}” is not a valid name of an entity set"));
        let said = unusable(&V4.replace("\"Id\"", &format!("\"{odd}\"")));
        assert!(
            said.ends_with("is not a valid name of a key property") || said.contains("128 characters"),
            "{odd}: {said}"
        );
    }
}

/// Each set has the names of its type: one long name must not fill the memory, nor every row of a page.
#[test]
fn names_are_bounded() {
    for name in ["\"Total\"", "\"items\""] {
        let named = |length: usize| V4.replace(name, &format!("\"{}\"", "ä".repeat(length)));
        assert_eq!(model(&named(128)).sets.len(), 1, "{name}");
        assert_eq!(unusable(&named(129)), "a property of its type has a name of more than 128 characters", "{name}");
    }
    let long = "x".repeat(129);
    let ours = "<Dependent Role=\"From\"><PropertyRef Name=\"";
    for document in [V2.replace("assoc", &long), V2.replace(&format!("{ours}Country"), &format!("{ours}{long}"))] {
        assert!(model(&document).sets["Partners"].references.is_empty());
    }
}

#[test]
fn nothing_expands() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    assert_eq!(wrong(&format!("{bomb}{V4}")), "it has a DOCTYPE, which is not allowed");
    assert!(wrong(&V4.replace("Namespace=\"long.name\"", "Namespace=\"&b;\"")).contains('b'));
    let deep = format!("<edmx:Edmx Version=\"4.0\">{}", "<a>".repeat(100_000));
    assert_eq!(wrong(&deep), "elements are nested more than 64 levels deep");
}

/// CSDL 4.01, 6.2: a set holds records of derived types, in any depth.
#[test]
fn derived_types() {
    let types = "<EntityType Name=\"Rush\" BaseType=\"s.Order\"><Property Name=\"Hours\" Type=\"Edm.Int64\" Nullable=\"false\"/>\
        <NavigationProperty Name=\"driver\" Type=\"s.Order\"/></EntityType>\
        <EntityType Name=\"Mad\" BaseType=\"long.name.Rush\"><Property Name=\"Total2\" Type=\"s.Amount\"/></EntityType>";
    let orders = &model(&V4.replace("<TypeDefinition", &format!("{types}<TypeDefinition"))).sets["Orders"];
    let names = |name: &str| orders.derived[name].properties.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!([names("long.name.Rush"), names("long.name.Mad")], [vec!["Hours"], vec!["Hours", "Total2"]]);
    assert_eq!(orders.derived["long.name.Mad"].navigations, ["driver"]);
    assert!(!orders.derived["long.name.Rush"].properties["Hours"].nullable);
    assert_eq!(orders.order[6..], ["Hours", "Total2"], "exports have a column for each");
    assert!(!orders.properties.contains_key("Hours"));
    // A set without derived types is kept as earlier versions have kept it.
    let kept = serde_json::to_string(&model(V4).sets["Orders"].structure()).unwrap();
    assert!(!kept.contains("derived") && !kept.contains("aliases"), "{kept}");
}

/// CSDL XML 4.01, 6.5.
#[test]
fn keys_by_path() {
    let with = |path: &str| {
        V4.replace(
            "<ComplexType Name=\"Address\"/>",
            "<ComplexType Name=\"Place\"><Property Name=\"Zip\" Type=\"Edm.String\" Nullable=\"false\"/></ComplexType>\
            <ComplexType Name=\"Address\" BaseType=\"s.Place\"/>",
        )
        .replace("<PropertyRef Name=\"Id\"/>", &format!("<PropertyRef Name=\"{path}\" Alias=\"zip\"/>"))
        .replace(
            "<Property Name=\"Id\"",
            "<Property Name=\"At\" Type=\"s.Address\" Nullable=\"false\"/><Property Name=\"Id\"",
        )
    };
    let orders = &model(&with("At/Zip")).sets["Orders"];
    assert_eq!((orders.key.join(" "), orders.aliases["At/Zip"].as_str()), ("At/Zip".to_owned(), "zip"));
    for path in ["At/Street", "At/Zip/x", "Nowhere/Zip", "Id/Zip"] {
        assert!(unusable(&with(path)).contains(&format!("“{path}”")), "{path}");
    }
    assert!(unusable(&with("At/../Zip")).ends_with("is not a valid name of a key property"));
}

/// Types of another document, which is read only if it is needed.
#[test]
fn types_of_referenced_documents() {
    let reference = "<edmx:Reference Uri=\"/common\"><edmx:Include Namespace=\"common\" Alias=\"c\"/></edmx:Reference>\
        <edmx:Reference Uri=\"/words\"><edmx:Include Namespace=\"Org.Words\"/></edmx:Reference>";
    let uses = V4
        .replace("<edmx:DataServices>", &format!("{reference}<edmx:DataServices>"))
        .replace("<EntitySet ", "<EntitySet Name=\"Units\" EntityType=\"c.Unit\"/><EntitySet ");
    let read = || Document::read(uses.as_bytes(), ELEMENTS).unwrap();
    let common = "<edmx:Edmx Version=\"4.0\"><edmx:DataServices><Schema Namespace=\"common\" Alias=\"me\">\
        <EntityType Name=\"Unit\" BaseType=\"me.Base\"/><EntityType Name=\"Base\"><Key><PropertyRef Name=\"Code\"/></Key>\
        <Property Name=\"Code\" Type=\"Edm.String\"/></EntityType>\
        <EntityContainer><EntitySet Name=\"Theirs\" EntityType=\"me.Unit\"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>";

    let mut document = read();
    let needed = document.needed();
    assert_eq!(needed.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), ["/common"]);
    document.add(&needed[0], Document::read(common.as_bytes(), ELEMENTS).unwrap());
    assert!(document.needed().is_empty());
    let model = document.resolve(usize::MAX, |_| true).unwrap();
    assert_eq!((model.sets["Units"].key.join(" "), model.has("Theirs")), ("Code".to_owned(), false));

    for other in [None, Some(V2), Some(&common.replace("common", "other"))] {
        let mut document = read();
        match other {
            Some(other) => document.add(&needed[0], Document::read(other.as_bytes(), ELEMENTS).unwrap()),
            None => document.lacks(&needed[0], "it is not there"),
        }
        assert!(document.needed().is_empty());
        let model = document.resolve(usize::MAX, |_| true).unwrap();
        assert_eq!(model.sets.keys().collect::<Vec<_>>(), ["Orders"]);
        assert!(model.unusable["Units"].contains("“common.Unit” is in a document that could not be used: /common: "));
    }
    assert!(Document::read(V2.as_bytes(), ELEMENTS).unwrap().needed().is_empty());
}

/// By type where nothing is declared, if only one set can be meant.
#[test]
fn references_without_a_declaration() {
    let found = |document: &str, set: &str| {
        let references = model(document).sets[set].references.clone();
        references
            .into_iter()
            .map(|one| format!("{} {} {}", one.name, one.target, one.properties.join(",")))
            .collect::<Vec<_>>()
    };
    let v4 = V4.replace("<NavigationPropertyBinding Path=\"parent\" Target=\"Orders\"/>", "");
    assert_eq!(found(&v4, "Orders"), ["parent Orders Parent"]);
    let second = v4.replace("<EntitySet ", "<EntitySet Name=\"More\" EntityType=\"s.Order\"/><EntitySet ");
    assert!(found(&second, "Orders").is_empty(), "which of the two, nobody knows");
    let base = v4.replace("<EntitySet ", "<EntitySet Name=\"All\" EntityType=\"s.Base\"/><EntitySet ");
    assert!(found(&base, "Orders").is_empty(), "an order can be in either");
    let contained =
        v4.replace("Name=\"parent\" Type=\"s.Order\"", "Name=\"parent\" Type=\"s.Order\" ContainsTarget=\"true\"");
    assert!(found(&contained, "Orders").is_empty(), "it is in no set");
    let cast = V4.replace("Path=\"parent\" Target=\"Orders\"", "Path=\"s.Order/parent\" Target=\"C/Orders\"");
    assert_eq!(found(&cast, "Orders"), ["parent Orders Parent"]);

    let start = V2.find("<AssociationSet").unwrap();
    let end = V2.find("</AssociationSet>").unwrap() + "</AssociationSet>".len();
    let v2 = format!("{}{}", &V2[..start], &V2[end..]);
    assert_eq!(found(&v2, "Partners"), ["assoc Countries Country"]);
    let second = v2.replace(
        "<EntitySet Name=\"Partners\"",
        "<EntitySet Name=\"More\" EntityType=\"S.Country\"/><EntitySet Name=\"Partners\"",
    );
    assert!(found(&second, "Partners").is_empty());
}
