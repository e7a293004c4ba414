"""An OData V4 service by odatapy, with pages and delta links: odata_v4.py PORT RECORDS [SETS [FOLDER [VERSION]]].

Partners refer to Countries. With SETS, so many further sets of RECORDS each, for measuring. What is there is changed
by OData's own requests (POST, PATCH, DELETE). With FOLDER, behind TLS: `server.pem` and `server.key` are shown to clients,
which must show a certificate of the authority in `authority.pem`; up to VERSION of TLS.
"""

import datetime
import ssl
import sys
from decimal import Decimal

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from odatapy.data import Entity, ValueType
from odatapy.edm.csdl import (
    CsdlAbstractEdmProvider,
    CsdlEntityContainer,
    CsdlEntitySet,
    CsdlEntityType,
    CsdlNavigationProperty,
    CsdlNavigationPropertyBinding,
    CsdlProperty,
    CsdlPropertyRef,
    CsdlReferentialConstraint,
    CsdlSchema,
)
from odatapy.server import OData
from odatapy.server.adapters import ODataWSGIApp
from odatapy.server.inmemory import InMemoryDataStore, InMemoryProcessor

port, records = int(sys.argv[1]), int(sys.argv[2])
measured = [f"Measured{n}" for n in range(int(sys.argv[3]))] if len(sys.argv) > 3 else []

PARTNER = [
    CsdlProperty(name="Id", type="Edm.Int32", nullable=False),
    CsdlProperty(name="Name", type="Edm.String", max_length=40),
    CsdlProperty(name="Country", type="Edm.String", max_length=3),
    CsdlProperty(name="Credit", type="Edm.Decimal", precision=20, scale=2),
    CsdlProperty(name="Since", type="Edm.Date"),
]


class Provider(CsdlAbstractEdmProvider):
    def get_schemas(self):
        country = CsdlEntityType(
            name="Country",
            key=[CsdlPropertyRef(name="Code")],
            properties=[
                CsdlProperty(name="Code", type="Edm.String", nullable=False, max_length=3),
                CsdlProperty(name="Name", type="Edm.String", max_length=40),
            ],
        )
        leads = CsdlReferentialConstraint(property="Country", referenced_property="Code")
        partner = CsdlEntityType(
            name="Partner",
            key=[CsdlPropertyRef(name="Id")],
            properties=PARTNER,
            navigation_properties=[
                CsdlNavigationProperty(name="toCountry", type="Demo.Country", referential_constraints=[leads])
            ],
        )
        plain = CsdlEntityType(name="Plain", key=[CsdlPropertyRef(name="Id")], properties=PARTNER)
        binding = CsdlNavigationPropertyBinding(path="toCountry", target="Countries")
        sets = [
            CsdlEntitySet(name="Countries", type="Demo.Country"),
            CsdlEntitySet(name="Partners", type="Demo.Partner", navigation_property_bindings=[binding]),
            *(CsdlEntitySet(name=name, type="Demo.Plain") for name in measured),
        ]
        container = CsdlEntityContainer(name="Container", entity_sets=sets)
        return [CsdlSchema(namespace="Demo", entity_types=[country, partner, plain], entity_container=container)]


def entity(**values):
    kinds = {str: "Edm.String", int: "Edm.Int32", Decimal: "Edm.Decimal", datetime.date: "Edm.Date"}
    made = Entity()
    for name, value in values.items():
        made.set_property(name, value, ValueType.PRIMITIVE, kinds[type(value)])
    return made


CODES = ["DE", "FR", "IT", "PL"]


def partner(n):
    return entity(
        Id=n,
        Name=f"Partner {n}",
        Country=CODES[n % len(CODES)],
        Credit=Decimal(n) / 4 + Decimal("12345678901234567.00"),
        Since=datetime.date(2000, 1, 1) + datetime.timedelta(days=n % 9000),
    )


store = InMemoryDataStore()
store.set_entities("Countries", [entity(Code=code, Name=f"Country {code}") for code in CODES])
store.set_entities("Partners", [partner(n) for n in range(1, (0 if measured else records) + 1)])
for name in measured:
    store.set_entities(name, [partner(n) for n in range(1, records + 1)])

odata = OData.new_instance()
handler = odata.create_handler(odata.create_service_metadata(Provider()))
handler.register(InMemoryProcessor(store, page_size=25000))
server = Server(("127.0.0.1", port), ODataWSGIApp(handler), numthreads=4)
if len(sys.argv) > 4:
    files = [f"{sys.argv[4]}/{name}" for name in ("server.pem", "server.key", "authority.pem")]
    server.ssl_adapter = BuiltinSSLAdapter(*files)
    server.ssl_adapter.context.verify_mode = ssl.CERT_REQUIRED
    if len(sys.argv) > 5:
        server.ssl_adapter.context.maximum_version = ssl.TLSVersion[sys.argv[5]]
server.start()
