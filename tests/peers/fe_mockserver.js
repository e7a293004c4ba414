// SAP's mock server with one small service in both versions: fe_mockserver.js PORT FOLDER NODE_MODULES
const fs = require('fs');
const http = require('http');
const path = require('path');
const [port, folder, modules] = process.argv.slice(2);
const server = require(path.join(modules, '@sap-ux/fe-mockserver-core'));
const FEMockserver = server.default ?? server;

const types = `<EntityType Name="Unit"><Key><PropertyRef Name="Code"/></Key>
<Property Name="Code" Type="Edm.String" MaxLength="3" Nullable="false"/><Property Name="Name" Type="Edm.String" MaxLength="20"/>
<Property Name="Since" Type="SINCE"/><Property Name="Factor" Type="Edm.Decimal" Precision="10" Scale="3"/></EntityType>
<EntityContainer Name="C"><EntitySet Name="Units" EntityType="S.Unit"/></EntityContainer>`;
const document = (version, edmx, edm, since) => `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="${version}" xmlns:edmx="${edmx}"><edmx:DataServices xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" m:DataServiceVersion="2.0">
<Schema Namespace="S" xmlns="${edm}">${types.replace('SINCE', since)}</Schema></edmx:DataServices></edmx:Edmx>`;

const service = (name, metadata, since) => {
  const data = path.join(folder, name);
  fs.mkdirSync(data, { recursive: true });
  fs.writeFileSync(path.join(data, 'metadata.xml'), metadata);
  const unit = (n) => ({ Code: `U${n}`, Name: `Unit ${n}`, Since: since, Factor: `${n}.125` });
  fs.writeFileSync(path.join(data, 'Units.json'), JSON.stringify(Array.from({ length: 30 }, (_, n) => unit(n + 1))));
  return { urlPath: `/${name}`, metadataPath: path.join(data, 'metadata.xml'), mockdataPath: data };
};

const v2 = document('1.0', 'http://schemas.microsoft.com/ado/2007/06/edmx', 'http://schemas.microsoft.com/ado/2008/09/edm', 'Edm.DateTime');
const v4 = document('4.0', 'http://docs.oasis-open.org/odata/ns/edmx', 'http://docs.oasis-open.org/odata/ns/edm', 'Edm.Date');
const mock = new FEMockserver({
  services: [service('v2', v2, '/Date(1638057600000)/'), service('v4', v4, '2021-11-28')],
  annotations: [],
});
mock.isReady.then(() => {
  const route = mock.getRouter();
  http
    .createServer((request, response) => {
      route(request, response, () => {
        response.statusCode = 404;
        response.end();
      });
    })
    .listen(Number(port), '127.0.0.1');
});
