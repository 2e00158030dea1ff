ALTER TABLE "commerce"."stocks" ADD COLUMN "unshipped_qty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."stocks" ADD CONSTRAINT "stocks_unshipped_not_negative" CHECK ("commerce"."stocks"."unshipped_qty" >= 0);--> statement-breakpoint
-- Written by hand: what parcels that are READY hold is sold and hasn't left.
UPDATE "commerce"."stocks" s SET "unshipped_qty" = r."quantity" FROM (
  SELECT o."product_id", sum(l."quantity") AS "quantity" FROM "commerce"."shipments" p
  JOIN "commerce"."shipment_lines" l ON l."shipment_id" = p."id"
  JOIN "commerce"."order_lines" o ON o."order_id" = l."order_id" AND o."line_no" = l."line_no"
  WHERE p."status" = 'READY' GROUP BY o."product_id") r WHERE s."product_id" = r."product_id";--> statement-breakpoint
-- Written by hand: a repeated receipt returns its stored answer, which has the new number from now on.
UPDATE "commerce"."idempotency_keys" k SET "answer" = jsonb_set(k."answer"::jsonb, '{value,unshippedQty}', to_jsonb(s."unshipped_qty"))::json
FROM "commerce"."stocks" s WHERE k."procedure" = 'stock.change' AND k."answer" -> 'value' ->> 'productId' = s."product_id"::text;
