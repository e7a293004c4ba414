//! Reads the XML of `$metadata`. Document types and entities of the document's own are refused: nothing expands.

use std::cell::Cell;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::document::{Association, AssociationSet, Declared, Document, Navigation, Referenced, Schema, Set, Type};
use super::resolve::MOST_OF_SET;
use super::{Unfit, Version};

/// Maximum depth of elements in each other.
const DEEPEST: usize = 64;

/// Maximum length of all names that are kept, in bytes: a hundred for each of the 60,000 elements that the largest
/// services have. Useless elements with long names would take much memory.
pub(super) const MOST_TEXT: usize = 6 * 1024 * 1024;

/// Where in the document the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ElementPath {
    Reference,
    Schema,
    Type,
    Key,
    Navigation,
    Association,
    Principal,
    Dependent,
    Set,
    AssociationSet,
    /// In something that does not matter.
    Other,
}

/// Reads a document.
pub(super) fn read(bytes: &[u8], elements: usize) -> Result<Document, Unfit> {
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().expand_empty_elements = true;
    let mut document = Document::default();
    let mut places: Vec<ElementPath> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) => {
                if places.len() >= DEEPEST {
                    return Err(format!("elements are nested more than {DEEPEST} levels deep").into());
                }
                let within = places.last().copied().unwrap_or(ElementPath::Other);
                let place = begin(&mut document, within, &element)?;
                document.elements += usize::from(place != ElementPath::Other || within != ElementPath::Other);
                if document.elements > elements {
                    return Err(format!("it has more than {elements} elements").into());
                }
                if document.text > MOST_TEXT {
                    return Err(format!("its names have more than {MOST_TEXT} bytes in total").into());
                }
                places.push(place);
            }
            Event::End(_) => {
                places.pop();
            }
            Event::DocType(_) => return Err("it has a DOCTYPE, which is not allowed".to_owned().into()),
            Event::Eof if !places.is_empty() => return Err("it ends too early".to_owned().into()),
            Event::Eof if document.version.is_none() => return Err("it is not an OData document".to_owned().into()),
            Event::Eof => {
                document.expand_aliases();
                return Ok(document);
            }
            Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

/// The attributes of an element.
struct Attributes {
    all: Vec<(String, String)>,
    /// How many bytes of them are kept.
    kept: Cell<usize>,
}

impl Attributes {
    fn of(element: &BytesStart<'_>) -> Result<Self, String> {
        let mut all = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            // Entities of the document's own cannot be resolved, and are an error.
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            all.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Self { all, kept: Cell::new(0) })
    }

    fn get(&self, name: &str) -> Option<String> {
        let value = self.all.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())?;
        self.kept.set(self.kept.get() + value.len());
        Some(value)
    }

    /// By its name behind any prefix.
    fn local(&self, name: &str) -> Option<&str> {
        let local = |key: &str| key.rsplit_once(':').map_or(key, |(_, local)| local) == name;
        self.all.iter().find(|(key, _)| local(key)).map(|(_, value)| value.as_str())
    }

    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.parse().ok()
    }

    fn is(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "true")
    }
}

/// The version that an `Edmx` element says. Version 3 has the number 1.0 there, as version 2 has.
fn version(attributes: &Attributes) -> Result<Version, Unfit> {
    match attributes.text("Version").as_str() {
        version if version.starts_with('4') => Ok(Version::V4),
        "1.0" => Ok(Version::V2),
        version if version.starts_with('3') => Err(Unfit::Version("3".to_owned())),
        other => Err(format!("its version is “{other}”").into()),
    }
}

fn begin(document: &mut Document, within: ElementPath, element: &BytesStart<'_>) -> Result<ElementPath, Unfit> {
    let attributes = Attributes::of(element)?;
    let place = place_of(document, within, element, &attributes);
    document.text += attributes.kept.get();
    place
}

fn place_of(
    document: &mut Document,
    within: ElementPath,
    element: &BytesStart<'_>,
    attributes: &Attributes,
) -> Result<ElementPath, Unfit> {
    let name = element.local_name();
    match name.as_ref() {
        "Edmx" => {
            document.version = Some(version(attributes)?);
            return Ok(ElementPath::Other);
        }
        "DataServices" => {
            let needs = attributes.local("DataServiceVersion").and_then(major);
            return needs
                .filter(|version| *version == "3")
                .map_or(Ok(ElementPath::Other), |three| Err(Unfit::Version(three.to_owned())));
        }
        "Reference" if document.schemas.is_empty() => {
            let address = attributes.get("Uri").or_else(|| attributes.get("Url")).unwrap_or_default();
            document.references.push(Referenced { address, includes: Vec::new() });
            return Ok(ElementPath::Reference);
        }
        "Include" if within == ElementPath::Reference => {
            if let Some(reference) = document.references.last_mut() {
                add(&mut reference.includes, (attributes.text("Namespace"), attributes.get("Alias")));
            }
            return Ok(ElementPath::Other);
        }
        _ => {}
    }
    if name.as_ref() == "Schema" {
        let (namespace, alias) = (attributes.text("Namespace"), attributes.get("Alias"));
        document.schemas.push(Schema { namespace, alias, ..Schema::default() });
        return Ok(ElementPath::Schema);
    }
    let Some(schema) = document.schemas.last_mut() else { return Ok(ElementPath::Other) };
    Ok(match (within, name.as_ref()) {
        (ElementPath::Schema, kind @ ("EntityType" | "ComplexType")) => {
            schema.types.push(Type {
                name: attributes.text("Name"),
                complex: kind == "ComplexType",
                base: attributes.get("BaseType"),
                open: attributes.is("OpenType"),
                ..Type::default()
            });
            ElementPath::Type
        }
        (ElementPath::Schema, "EnumType") => {
            schema.enumerations.push(attributes.text("Name"));
            ElementPath::Other
        }
        (ElementPath::Schema, "TypeDefinition") => {
            schema.definitions.push((attributes.text("Name"), attributes.text("UnderlyingType")));
            ElementPath::Other
        }
        (ElementPath::Schema, "Association") => {
            schema.associations.push(Association { name: attributes.text("Name"), ..Association::default() });
            ElementPath::Association
        }
        (ElementPath::Schema, "EntityContainer") => ElementPath::Schema,
        (ElementPath::Schema, "EntitySet") => {
            let (name, type_name) = (attributes.text("Name"), attributes.text("EntityType"));
            schema.sets.push(Set { name, type_name, bindings: Vec::new() });
            ElementPath::Set
        }
        (ElementPath::Schema, "AssociationSet") => {
            let association = attributes.text("Association");
            schema.association_sets.push(AssociationSet { association, ends: Vec::new() });
            ElementPath::AssociationSet
        }
        (place, name) => inside(schema, place, name, attributes),
    })
}

/// Reads the content of an element of a schema.
fn inside(schema: &mut Schema, within: ElementPath, name: &str, attributes: &Attributes) -> ElementPath {
    match within {
        ElementPath::Type | ElementPath::Key | ElementPath::Navigation => {
            schema.types.last_mut().map_or(ElementPath::Other, |owner| in_type(owner, within, name, attributes))
        }
        ElementPath::Association | ElementPath::Principal | ElementPath::Dependent => schema
            .associations
            .last_mut()
            .map_or(ElementPath::Other, |one| in_association(one, within, name, attributes)),
        ElementPath::Set => {
            if let (Some(set), "NavigationPropertyBinding") = (schema.sets.last_mut(), name) {
                add(&mut set.bindings, (attributes.text("Path"), attributes.text("Target")));
            }
            ElementPath::Other
        }
        ElementPath::AssociationSet => {
            if let (Some(set), "End") = (schema.association_sets.last_mut(), name) {
                add(&mut set.ends, (attributes.text("Role"), attributes.text("EntitySet")));
            }
            ElementPath::Other
        }
        ElementPath::Reference | ElementPath::Schema | ElementPath::Other => ElementPath::Other,
    }
}

fn in_type(owner: &mut Type, within: ElementPath, name: &str, attributes: &Attributes) -> ElementPath {
    match (within, name) {
        (ElementPath::Type, "Key") => return ElementPath::Key,
        (ElementPath::Key, "PropertyRef") => add(&mut owner.key, (attributes.text("Name"), attributes.get("Alias"))),
        // One more than is used shows that there are too many.
        (ElementPath::Type, "Property") if owner.properties.len() <= MOST_OF_SET => {
            add(&mut owner.properties, declared(attributes));
        }
        (ElementPath::Type, "NavigationProperty") if owner.navigations.len() <= MOST_OF_SET => {
            add(
                &mut owner.navigations,
                Navigation {
                    name: attributes.text("Name"),
                    type_name: attributes.text("Type"),
                    contains: attributes.is("ContainsTarget"),
                    constraints: Vec::new(),
                },
            );
            return ElementPath::Navigation;
        }
        (ElementPath::Navigation, "ReferentialConstraint") => {
            if let Some(navigation) = owner.navigations.last_mut() {
                add(&mut navigation.constraints, (attributes.text("Property"), attributes.text("ReferencedProperty")));
            }
        }
        _ => {}
    }
    ElementPath::Other
}

/// Of V2.
fn in_association(one: &mut Association, within: ElementPath, name: &str, attributes: &Attributes) -> ElementPath {
    match (within, name) {
        (ElementPath::Association, "ReferentialConstraint") => return ElementPath::Association,
        (ElementPath::Association, "End") => add(&mut one.ends, (attributes.text("Role"), attributes.text("Type"))),
        (ElementPath::Association, "Principal") => {
            one.principal.0 = attributes.text("Role");
            return ElementPath::Principal;
        }
        (ElementPath::Association, "Dependent") => {
            one.dependent.0 = attributes.text("Role");
            return ElementPath::Dependent;
        }
        (ElementPath::Principal, "PropertyRef") => one.principal.1.push(attributes.text("Name")),
        (ElementPath::Dependent, "PropertyRef") => one.dependent.1.push(attributes.text("Name")),
        _ => {}
    }
    ElementPath::Other
}

/// The first number of a version such as `3.0;`.
pub(in super::super) fn major(version: &str) -> Option<&str> {
    version.trim().split(['.', ';']).next().map(str::trim).filter(|number| !number.is_empty())
}

/// Most have one of it: nothing is reserved for more at first.
fn add<T>(all: &mut Vec<T>, one: T) {
    if all.capacity() == 0 {
        all.reserve_exact(1);
    }
    all.push(one);
}

fn declared(attributes: &Attributes) -> Declared {
    Declared {
        name: attributes.text("Name"),
        type_name: attributes.text("Type"),
        nullable: attributes.get("Nullable").is_none_or(|value| value != "false"),
        // `Max`, and a scale that is `variable`, are no bounds.
        max_length: attributes.number("MaxLength"),
        precision: attributes.number("Precision"),
        scale: attributes.number("Scale"),
    }
}
