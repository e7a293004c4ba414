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

#[test]
fn version_2() {
    let model = Model::read(V2.as_bytes()).unwrap();
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
    let model = Model::read(V4.as_bytes()).unwrap();
    let orders = &model.sets["Orders"];
    assert_eq!((orders.key.as_slice(), orders.open), (&["Id".to_owned()][..], true), "the base has the key");
    let kinds = ["Id", "Total", "Tags", "Color", "Home"].map(|name| orders.properties[name].kind);
    assert_eq!(
        kinds,
        [Kind::Integer(i32::MIN.into(), i32::MAX.into()), Kind::Decimal, Kind::Text, Kind::Enumeration, Kind::Complex]
    );
    assert!(orders.properties["Tags"].collection);
    assert_eq!(orders.order, ["Id", "Total", "Tags", "Color", "Home", "Parent"]);
    assert_eq!((orders.properties["Total"].precision, orders.properties["Total"].scale), (Some(5), None));
    assert_eq!(orders.navigations, ["parent", "items"]);
    let reference = Reference { name: "parent".into(), target: "Orders".into(), properties: vec!["Parent".into()] };
    assert_eq!(orders.references, [reference]);
}

fn wrong(document: &str) -> String {
    Model::read(document.as_bytes()).unwrap_err()
}

#[test]
fn what_is_no_metadata_is_refused_in_words() {
    assert_eq!(wrong("<html><body>Sign in</body></html>"), "it is no document of OData");
    assert_eq!(wrong(&V2.replace("Edmx Version=\"1.0\"", "Edmx Version=\"9\"")), "its version is “9”");
    assert_eq!(wrong(&V4.replace("s.Base", "s.None")), "there is no type “s.None”");
    assert_eq!(
        wrong(&V4.replace("<EntityType Name=\"Base\"", "<EntityType BaseType=\"s.Base\" Name=\"Base\"")),
        "the type “s.Base” has too many base types"
    );
    assert!(wrong(&V4[..400]).len() > 3);
    assert_eq!(wrong(""), "it is no document of OData");
}

/// Each set has the properties of its type: a short document must not become a large model.
#[test]
fn sets_and_properties_are_bounded() {
    let many = |n: usize, what: &dyn Fn(usize) -> String| (0..n).map(what).collect::<String>();
    let set = |n: usize| format!("<EntitySet Name=\"S{n}\" EntityType=\"s.Order\"/>");
    let property = |n: usize| format!("<Property Name=\"P{n}\" Type=\"Edm.String\"/>");
    let with = |sets: usize, properties: usize| {
        let document = V4.replace("<EntitySet ", &(many(sets, &set) + "<EntitySet "));
        document.replace("<Property Name=\"Total\"", &(many(properties, &property) + "<Property Name=\"Total\""))
    };
    assert_eq!(Model::read(with(90, 1_900).as_bytes()).unwrap().sets.len(), 91);
    let all = "it has more than 5000 entity sets, or 200000 properties in all of them";
    assert_eq!(wrong(&with(5_000, 0)), all);
    assert_eq!(wrong(&with(200, 1_900)), all);
    assert_eq!(wrong(&with(1, 2_000)), "the type of “S0” has more than 2000 properties");
}

#[test]
fn names_stand_in_addresses() {
    for odd in ["http://thief.example/x", "//thief.example", "../x", "a?b", "a b", "", "..", &"x".repeat(200)] {
        assert_eq!(
            wrong(&V4.replace("\"Orders\" E", &format!("\"{odd}\" E"))),
            format!("no entity set can have the name “{odd}”")
        );
        assert!(wrong(&V4.replace("\"Id\"", &format!("\"{odd}\""))).starts_with("no property"), "{odd}");
    }
}

/// Each set has the names of its type: one long name must not fill the memory, nor every row of a page.
#[test]
fn names_are_bounded() {
    let said = "no property of “Orders” can have a name of more than 128 characters";
    for name in ["\"Total\"", "\"items\""] {
        let named = |length: usize| V4.replace(name, &format!("\"{}\"", "ä".repeat(length)));
        assert!(Model::read(named(128).as_bytes()).is_ok(), "{name}");
        assert_eq!(wrong(&named(129)), said, "{name}");
    }
    let long = "x".repeat(129);
    let ours = "<Dependent Role=\"From\"><PropertyRef Name=\"";
    for document in [V2.replace("assoc", &long), V2.replace(&format!("{ours}Country"), &format!("{ours}{long}"))] {
        assert!(Model::read(document.as_bytes()).unwrap().sets["Partners"].references.is_empty());
    }
}

#[test]
fn nothing_expands() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    assert_eq!(wrong(&format!("{bomb}{V4}")), "it has a document type, which is not allowed");
    assert!(wrong(&V4.replace("Namespace=\"long.name\"", "Namespace=\"&b;\"")).contains('b'));
    let deep = format!("<edmx:Edmx Version=\"4.0\">{}", "<a>".repeat(100_000));
    assert_eq!(wrong(&deep), "elements are more than 64 deep in each other");
}
