-- postgresql
-- An enterprise's English: names in Pascal case and quotes, one lookup table for all words, a person apart from its company.
CREATE TABLE "LookupValue" ( --> not
  "LookupValueId" integer PRIMARY KEY,
  "Category" varchar(30) NOT NULL,
  "Label" varchar(60) NOT NULL
);
INSERT INTO "LookupValue" VALUES (1, 'PropertyType', 'Single family house'), (2, 'PropertyType', 'Condo'), (3, 'PropertyType', 'Summer house'),
  (10, 'PropertyStatus', 'Prospect'), (11, 'PropertyStatus', 'For sale'), (12, 'PropertyStatus', 'Sold'), (13, 'PropertyStatus', 'Withdrawn');
CREATE TABLE "Agent" ( --> agent
  "AgentId" uuid PRIMARY KEY, --> -
  "DisplayName" varchar(100) NOT NULL, --> name text
  "EmailAddress" varchar(100) NOT NULL, --> email email
  "MobileNumber" varchar(20), --> mobile phone
  "IsActive" boolean NOT NULL DEFAULT true --> -
);
CREATE TABLE "Party" ( --> contact
  "PartyId" uuid PRIMARY KEY, --> -
  "PartyType" char(1) NOT NULL CHECK ("PartyType" IN ('P', 'O')), --> kind choice ?
  "FirstName" varchar(60), --> first_name text
  "LastName" varchar(60), --> last_name text
  "OrganizationName" varchar(100), --> company_name text
  "NationalIdNumber" varchar(12), --> personnummer personnummer
  "OrganizationNumber" varchar(10), --> orgnr orgnr
  "PrimaryEmail" varchar(100), --> email email
  "SecondaryEmail" varchar(100), --> -
  "PrimaryPhone" varchar(20), --> phone phone
  "DateOfBirth" date, --> born_at date
  "MarketingConsent" boolean, --> wants_advertising flag
  "RowVersion" integer NOT NULL DEFAULT 1, --> -
  "ModifiedUtc" timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc') --> now
);
CREATE TABLE "Property" ( --> estate
  "PropertyId" uuid PRIMARY KEY, --> -
  "PropertyNumber" varchar(20) NOT NULL UNIQUE, --> reference text
  "PropertyTypeId" integer NOT NULL REFERENCES "LookupValue", --> type choice ?
  "PropertyStatusId" integer NOT NULL REFERENCES "LookupValue", --> status choice ?
  "AddressLine1" varchar(100) NOT NULL, --> address.street text
  "PostalCode" varchar(10), --> address.postcode postcode
  "City" varchar(60), --> address.town text
  "MunicipalityCode" char(4), --> address.municipality_code text
  "AskingPriceAmount" numeric(14,2), --> price.asking_kr kr
  "ClosingPriceAmount" numeric(14,2), --> price.final_kr kr
  "HighestBidAmount" numeric(14,2), --> -
  "LivingAreaM2" numeric(8,2), --> areas.living_m2 number
  "AncillaryAreaM2" numeric(8,2), --> areas.other_m2 number
  "PlotAreaM2" numeric(10,2), --> areas.plot_m2 number
  "NumberOfRooms" numeric(4,1), --> rooms rooms
  "ConstructionYear" smallint, --> buildings[0].year_built year
  "FloorNumber" smallint, --> buildings[0].floor whole
  "TotalFloors" smallint, --> buildings[0].floors_total whole
  "HasElevator" boolean, --> buildings[0].elevator flag
  "MonthlyFeeAmount" numeric(10,2), --> fee.amount_kr kr
  "OperatingCostPerYear" numeric(10,2), --> costs.sum_year_kr kr
  "EnergyClass" char(1), --> buildings[0].energy.rating text
  "GeoLatitude" numeric(9,6), --> address.position.latitude position
  "GeoLongitude" numeric(9,6), --> address.position.longitude position
  "ListingAgentId" uuid REFERENCES "Agent", --> agent_id ref
  "CreatedByAgentId" uuid REFERENCES "Agent", --> -
  "SellerPartyId" uuid REFERENCES "Party", --> relations.seller ref
  "BuyerPartyId" uuid REFERENCES "Party", --> relations.buyer ref
  "PossessionDate" date, --> sale.possession_at date
  "ContractDate" date, --> sale.contract_at date
  "MarketingText" text, --> texts.long long_text
  "ModifiedUtc" timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc') --> now
);
CREATE TABLE "PropertyHistory" ( --> not
  "PropertyHistoryId" bigserial PRIMARY KEY,
  "PropertyId" uuid NOT NULL,
  "AskingPriceAmount" numeric(14,2),
  "PropertyStatusId" integer,
  "ChangedUtc" timestamp NOT NULL
);
CREATE TABLE "Showing" ( --> viewing
  "ShowingId" uuid PRIMARY KEY, --> -
  "PropertyId" uuid NOT NULL REFERENCES "Property", --> estate_id ref
  "StartUtc" timestamp NOT NULL, --> starts_at moment
  "EndUtc" timestamp, --> ends_at moment
  "IsVirtual" boolean NOT NULL DEFAULT false, --> digital choice
  "Remarks" text --> comment long_text
);
CREATE TABLE "Offer" ( --> bid
  "OfferId" uuid PRIMARY KEY, --> -
  "PropertyId" uuid NOT NULL REFERENCES "Property", --> estate_id ref
  "BidderPartyId" uuid NOT NULL REFERENCES "Party", --> contact_id ref
  "OfferAmount" numeric(14,2) NOT NULL, --> amount_kr kr
  "OfferedUtc" timestamp NOT NULL, --> placed_at moment
  "IsWithdrawn" boolean NOT NULL DEFAULT false --> cancelled choice
);
