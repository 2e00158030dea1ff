CREATE TABLE "commerce"."parcels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"shipment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"carrier" text NOT NULL,
	"tracking_number" text NOT NULL,
	"tracking" text NOT NULL,
	"live" boolean NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "parcels_tracking_known" CHECK ("commerce"."parcels"."tracking" in ('LABEL', 'PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'AT_PICKUP_POINT', 'ATTEMPT_FAILED', 'PROBLEM', 'RETURNING', 'SILENT', 'DELIVERED')),
	CONSTRAINT "parcels_delivered_has_time" CHECK (("commerce"."parcels"."tracking" = 'DELIVERED') = ("commerce"."parcels"."delivered_at" is not null)),
	CONSTRAINT "parcels_delivered_is_over" CHECK ("commerce"."parcels"."tracking" <> 'DELIVERED' or not "commerce"."parcels"."live"),
	CONSTRAINT "parcels_carrier_length" CHECK (length("commerce"."parcels"."carrier") between 1 and 100),
	CONSTRAINT "parcels_tracking_number_length" CHECK (length("commerce"."parcels"."tracking_number") between 1 and 100)
);
--> statement-breakpoint
ALTER TABLE "commerce"."orders" DROP CONSTRAINT "orders_needs_attention_known";--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD CONSTRAINT "parcels_shipment" FOREIGN KEY ("shipment_id","order_id") REFERENCES "commerce"."shipments"("id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "parcels_one_live" ON "commerce"."parcels" USING btree (translate("carrier", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ .-_/', 'abcdefghijklmnopqrstuvwxyz'),translate("tracking_number", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ .-_/', 'abcdefghijklmnopqrstuvwxyz')) WHERE "commerce"."parcels"."live";--> statement-breakpoint
CREATE INDEX "parcels_order_id" ON "commerce"."parcels" USING btree ("order_id","id");--> statement-breakpoint
ALTER TABLE "commerce"."orders" ADD CONSTRAINT "orders_needs_attention_known" CHECK ("commerce"."orders"."needs_attention" in ('refund_failed', 'dispute', 'authorization_lost', 'refunded_at_gateway', 'amount_mismatch', 'event_conflict', 'delivery_problem', 'capture_failed', 'gateway_silent', 'refund_due'));--> statement-breakpoint
-- Written by hand: drizzle-kit has no triggers. Until an upgrade has ended, processes of older versions dispatch and deliver
-- shipments and know no parcels. At the end of such a transaction the shipment gets its parcel, or its parcel the new status.
-- A number that another live parcel has stays with that parcel.
CREATE FUNCTION "commerce"."keep_parcels"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "is_on_its_way" boolean := NEW."status" IN ('SHIPPED', 'IN_TRANSIT');
  "now_tracking" text := CASE NEW."status" WHEN 'DELIVERED' THEN 'DELIVERED' WHEN 'IN_TRANSIT' THEN 'MOVING' ELSE 'LABEL' END;
BEGIN
  IF EXISTS (SELECT FROM "commerce"."parcels" WHERE "order_id" = NEW."order_id" AND "shipment_id" = NEW."id") THEN
    UPDATE "commerce"."parcels" SET "live" = false, "updated_at" = NEW."updated_at", "delivered_at" = NEW."delivered_at",
      "tracking" = CASE NEW."status" WHEN 'DELIVERED' THEN 'DELIVERED' ELSE "tracking" END
    WHERE "order_id" = NEW."order_id" AND "shipment_id" = NEW."id" AND NOT "is_on_its_way" AND "tracking" <> 'DELIVERED'
      AND ("live" OR NEW."status" = 'DELIVERED');
    RETURN NULL;
  END IF;
  INSERT INTO "commerce"."parcels" VALUES (gen_random_uuid(), NEW."id", NEW."order_id", NEW."carrier", NEW."tracking_number",
    "now_tracking", "is_on_its_way", NEW."delivered_at", NEW."shipped_at", NEW."updated_at") ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    INSERT INTO "commerce"."parcels" VALUES (gen_random_uuid(), NEW."id", NEW."order_id", NEW."carrier", NEW."tracking_number",
      "now_tracking", false, NEW."delivered_at", NEW."shipped_at", NEW."updated_at");
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "shipments_keep_parcels" AFTER UPDATE ON "commerce"."shipments" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW."status" <> OLD."status" AND NEW."status" NOT IN ('READY', 'CANCELED'))
  EXECUTE FUNCTION "commerce"."keep_parcels"();--> statement-breakpoint
-- Written by hand: one parcel for each shipment that has left. Of shipments on their way with the same number of the same
-- carrier, the latest has the live parcel. The trigger above has locked the table, so that no shipment leaves meanwhile.
INSERT INTO "commerce"."parcels"
  SELECT gen_random_uuid(), s."id", s."order_id", s."carrier", s."tracking_number",
    CASE s."status" WHEN 'DELIVERED' THEN 'DELIVERED' WHEN 'IN_TRANSIT' THEN 'MOVING' ELSE 'LABEL' END,
    s."status" IN ('SHIPPED', 'IN_TRANSIT') AND row_number() OVER (
      PARTITION BY s."status" IN ('SHIPPED', 'IN_TRANSIT'), translate(s."carrier", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ .-_/', 'abcdefghijklmnopqrstuvwxyz'),
        translate(s."tracking_number", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ .-_/', 'abcdefghijklmnopqrstuvwxyz')
      ORDER BY s."shipped_at" DESC, s."id" DESC) = 1,
    s."delivered_at", s."shipped_at", s."updated_at"
  FROM "commerce"."shipments" s WHERE s."shipped_at" IS NOT NULL;
