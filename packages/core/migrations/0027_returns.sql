CREATE TABLE "commerce"."return_lines" (
	"return_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line_no" smallint NOT NULL,
	"requested_qty" integer NOT NULL,
	"received_qty" integer NOT NULL,
	"restocked_qty" integer NOT NULL,
	"written_off_qty" integer NOT NULL,
	"missing_qty" integer NOT NULL,
	"replaced_qty" integer NOT NULL,
	"released_qty" integer NOT NULL,
	CONSTRAINT "return_lines_pkey" PRIMARY KEY("return_id","line_no"),
	CONSTRAINT "return_lines_requested_positive" CHECK ("commerce"."return_lines"."requested_qty" > 0),
	CONSTRAINT "return_lines_not_negative" CHECK (least("commerce"."return_lines"."restocked_qty", "commerce"."return_lines"."written_off_qty", "commerce"."return_lines"."missing_qty", "commerce"."return_lines"."replaced_qty", "commerce"."return_lines"."released_qty") >= 0),
	CONSTRAINT "return_lines_received_adds_up" CHECK ("commerce"."return_lines"."received_qty" = "commerce"."return_lines"."restocked_qty" + "commerce"."return_lines"."written_off_qty"),
	CONSTRAINT "return_lines_within_requested" CHECK ("commerce"."return_lines"."received_qty" + "commerce"."return_lines"."missing_qty" <= "commerce"."return_lines"."requested_qty"),
	CONSTRAINT "return_lines_settled_within_requested" CHECK ("commerce"."return_lines"."replaced_qty" + "commerce"."return_lines"."released_qty" <= "commerce"."return_lines"."requested_qty")
);
--> statement-breakpoint
CREATE TABLE "commerce"."returns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"status" text NOT NULL,
	"fault" text NOT NULL,
	"goods" text NOT NULL,
	"reason" text,
	"decline_reason" text,
	"carrier" text,
	"tracking_number" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "returns_of_order" UNIQUE("id","order_id"),
	CONSTRAINT "returns_status_known" CHECK ("commerce"."returns"."status" in ('REQUESTED', 'APPROVED', 'RECEIVED', 'CLOSED', 'DECLINED', 'CANCELED')),
	CONSTRAINT "returns_fault_known" CHECK ("commerce"."returns"."fault" in ('SHOP', 'CUSTOMER', 'CARRIER')),
	CONSTRAINT "returns_goods_known" CHECK ("commerce"."returns"."goods" in ('EXPECTED', 'KEPT')),
	CONSTRAINT "returns_kept_never_received" CHECK ("commerce"."returns"."goods" = 'EXPECTED' or "commerce"."returns"."status" <> 'RECEIVED'),
	CONSTRAINT "returns_declined_has_reason" CHECK ("commerce"."returns"."decline_reason" is null or "commerce"."returns"."status" = 'DECLINED'),
	CONSTRAINT "returns_label_complete" CHECK (("commerce"."returns"."carrier" is null) = ("commerce"."returns"."tracking_number" is null)),
	CONSTRAINT "returns_reason_length" CHECK (length("commerce"."returns"."reason") between 1 and 500),
	CONSTRAINT "returns_decline_reason_length" CHECK (length("commerce"."returns"."decline_reason") between 1 and 500),
	CONSTRAINT "returns_carrier_length" CHECK (length("commerce"."returns"."carrier") between 1 and 100),
	CONSTRAINT "returns_tracking_number_length" CHECK (length("commerce"."returns"."tracking_number") between 1 and 100)
);
--> statement-breakpoint
ALTER TABLE "commerce"."stock_movements" DROP CONSTRAINT "stock_movements_kind_known";--> statement-breakpoint
ALTER TABLE "commerce"."stock_movements" DROP CONSTRAINT "stock_movements_sign";--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD COLUMN "return_id" uuid;--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD COLUMN "fees" jsonb;--> statement-breakpoint
ALTER TABLE "commerce"."shipments" ADD COLUMN "return_id" uuid;--> statement-breakpoint
ALTER TABLE "commerce"."return_lines" ADD CONSTRAINT "return_lines_return" FOREIGN KEY ("return_id","order_id") REFERENCES "commerce"."returns"("id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."return_lines" ADD CONSTRAINT "return_lines_order_line" FOREIGN KEY ("order_id","line_no") REFERENCES "commerce"."order_lines"("order_id","line_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."returns" ADD CONSTRAINT "returns_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "return_lines_order_line" ON "commerce"."return_lines" USING btree ("order_id","line_no");--> statement-breakpoint
CREATE INDEX "returns_order_id" ON "commerce"."returns" USING btree ("order_id","id");--> statement-breakpoint
CREATE INDEX "returns_status" ON "commerce"."returns" USING btree ("status","id");--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD CONSTRAINT "refunds_return" FOREIGN KEY ("return_id","order_id") REFERENCES "commerce"."returns"("id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."shipments" ADD CONSTRAINT "shipments_return" FOREIGN KEY ("return_id","order_id") REFERENCES "commerce"."returns"("id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."stock_movements" ADD CONSTRAINT "stock_movements_kind_known" CHECK ("commerce"."stock_movements"."kind" in ('RECEIVED', 'ADJUSTED', 'SOLD', 'RESTOCKED', 'RETURNED', 'REPLACED'));--> statement-breakpoint
ALTER TABLE "commerce"."stock_movements" ADD CONSTRAINT "stock_movements_sign" CHECK (case when "commerce"."stock_movements"."kind" in ('SOLD', 'REPLACED') then "commerce"."stock_movements"."quantity" < 0 when "commerce"."stock_movements"."kind" = 'ADJUSTED' then "commerce"."stock_movements"."quantity" <> 0 else "commerce"."stock_movements"."quantity" > 0 end);--> statement-breakpoint
-- Written by hand: drizzle-kit has no triggers. No defect in the code can return more units of a line than have left. The
-- order's lock makes two transactions check one after the other.
CREATE FUNCTION "commerce"."check_returned_units"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM "commerce"."orders" WHERE "id" = NEW."order_id" FOR UPDATE;
  IF (
    SELECT sum(CASE WHEN r."status" IN ('DECLINED', 'CANCELED') THEN 0
      WHEN r."status" = 'CLOSED' AND r."goods" = 'EXPECTED' THEN l."received_qty" ELSE l."requested_qty" END)
    FROM "commerce"."return_lines" l JOIN "commerce"."returns" r ON r."id" = l."return_id"
    WHERE l."order_id" = NEW."order_id" AND l."line_no" = NEW."line_no"
  ) > (
    SELECT coalesce(sum(l."quantity"), 0)
    FROM "commerce"."shipments" s JOIN "commerce"."shipment_lines" l ON l."shipment_id" = s."id"
    WHERE s."order_id" = NEW."order_id" AND s."shipped_at" IS NOT NULL AND l."line_no" = NEW."line_no"
  ) THEN
    RAISE check_violation USING CONSTRAINT = 'return_lines_within_shipped',
      MESSAGE = 'more units are returned than have left (return_lines_within_shipped)';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "return_lines_within_shipped" AFTER INSERT OR UPDATE OF "requested_qty", "received_qty"
  ON "commerce"."return_lines" FOR EACH ROW EXECUTE FUNCTION "commerce"."check_returned_units"();
