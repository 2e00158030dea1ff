ALTER TABLE "commerce"."return_lines" DROP CONSTRAINT "return_lines_not_negative";--> statement-breakpoint
ALTER TABLE "commerce"."return_lines" DROP CONSTRAINT "return_lines_within_requested";--> statement-breakpoint
ALTER TABLE "commerce"."return_lines" ADD COLUMN "replacement_qty" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."return_lines" ADD CONSTRAINT "return_lines_not_negative" CHECK (least("commerce"."return_lines"."restocked_qty", "commerce"."return_lines"."written_off_qty", "commerce"."return_lines"."missing_qty", "commerce"."return_lines"."replaced_qty", "commerce"."return_lines"."released_qty", "commerce"."return_lines"."replacement_qty") >= 0);--> statement-breakpoint
ALTER TABLE "commerce"."return_lines" ADD CONSTRAINT "return_lines_within_requested" CHECK (greatest("commerce"."return_lines"."received_qty" + "commerce"."return_lines"."missing_qty", "commerce"."return_lines"."replacement_qty") <= "commerce"."return_lines"."requested_qty");--> statement-breakpoint
-- Written by hand. Of the returns so far, those that claimed more units than the order's own had replacements: the later ones.
UPDATE "commerce"."return_lines" t SET "replacement_qty" = least(t."requested_qty", c."claimed_until" - own."quantity")
FROM (
  SELECT l."return_id", l."line_no", l."order_id", sum(CASE WHEN r."status" IN ('DECLINED', 'CANCELED') THEN 0
    WHEN r."status" = 'CLOSED' AND r."goods" = 'EXPECTED' THEN l."received_qty" ELSE l."requested_qty" END)
    OVER (PARTITION BY l."order_id", l."line_no" ORDER BY r."created_at", r."id") AS "claimed_until"
  FROM "commerce"."return_lines" l JOIN "commerce"."returns" r ON r."id" = l."return_id"
  WHERE r."status" NOT IN ('DECLINED', 'CANCELED')
) c, LATERAL (
  SELECT coalesce(sum(l."quantity"), 0) AS "quantity"
  FROM "commerce"."shipments" s JOIN "commerce"."shipment_lines" l ON l."shipment_id" = s."id"
  WHERE s."order_id" = c."order_id" AND s."return_id" IS NULL AND s."shipped_at" IS NOT NULL AND l."line_no" = c."line_no"
) own
WHERE c."return_id" = t."return_id" AND c."line_no" = t."line_no" AND c."claimed_until" > own."quantity";
