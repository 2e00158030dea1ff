import { decimalsOf, type RouterInputs } from '@commerce-core/client';
import { Field } from '../../components/parts.tsx';
import { amountText, parseAmount } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import parts from '../../components/parts.module.css';
import type { Product } from './product.ts';

/** The data of a product as the fields of a form have them. */
export type ProductTexts = {
  sku: string;
  name: string;
  price: string;
  currency: string;
  description: string;
  imageUrl: string;
  metadata: string;
};

type Metadata = NonNullable<RouterInputs['product']['create']['metadata']> | null;

/** The data of a product; `problems` names the fields that can't be read. */
export type ReadProduct = {
  name: string;
  priceAmount: number;
  description: string | null;
  imageUrl: string | null;
  metadata: Metadata;
  problems: readonly (keyof ProductTexts)[];
};

export const emptyProduct: ProductTexts = {
  sku: '',
  name: '',
  price: '',
  currency: '',
  description: '',
  imageUrl: '',
  metadata: '',
};

export const textsOf = (product: Product): ProductTexts => ({
  sku: product.sku,
  name: product.name,
  price: amountText(product.priceAmount, decimalsOf(product.currency)),
  currency: product.currency,
  description: product.description ?? '',
  imageUrl: product.imageUrl ?? '',
  metadata: product.metadata === null ? '' : JSON.stringify(product.metadata, null, 2),
});

/** Reads the fields. A price of 0 is one. */
export function readProduct({ sku, name, price, currency, ...texts }: ProductTexts): ReadProduct {
  const problems: (keyof ProductTexts)[] = [];
  const isFree = /^0+([.,]0+)?$/.test(price.trim());
  const priceAmount = isFree ? 0 : parseAmount(price, decimalsOf(currency));
  const metadata = metadataOf(texts.metadata);
  if (sku.trim() === '') problems.push('sku');
  if (name.trim() === '') problems.push('name');
  if (!/^[A-Z]{3}$/.test(currency)) problems.push('currency');
  if (priceAmount === undefined) problems.push('price');
  if (texts.imageUrl.trim() !== '' && !/^https?:\/\/\S+$/.test(texts.imageUrl.trim())) problems.push('imageUrl');
  if (metadata === undefined) problems.push('metadata');
  return {
    name: name.trim(),
    priceAmount: priceAmount ?? 0,
    description: texts.description.trim() || null,
    imageUrl: texts.imageUrl.trim() || null,
    metadata: metadata ?? null,
    problems,
  };
}

function metadataOf(text: string): Metadata | undefined {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as NonNullable<Metadata>) : undefined;
  } catch {
    return undefined;
  }
}

type FieldsProps = { texts: ProductTexts; isNew?: boolean; onChange: (texts: ProductTexts) => void };

/** The fields of a product. The SKU and the currency of a product stay as they are. */
export function ProductFields({ texts: given, isNew = false, onChange }: FieldsProps) {
  const texts = useTextsOf(stockTexts);
  const { problems } = readProduct(given);
  const field = (name: keyof ProductTexts) => ({
    className: parts['input'],
    value: given[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ ...given, [name]: target.value }),
    // An empty field is no mistake before the form is sent.
    'aria-invalid': given[name] !== '' && problems.includes(name),
  });
  const currency = field('currency');
  const upper = ({ target: { value } }: { target: { value: string } }) =>
    currency.onChange({ target: { value: value.toUpperCase() } });
  return (
    <>
      {isNew && (
        <Field label={texts.sku}>
          <input {...field('sku')} maxLength={100} required />
        </Field>
      )}
      <Field label={texts.name}>
        <input {...field('name')} maxLength={300} required />
      </Field>
      {isNew && (
        <Field label={texts.currency}>
          <input {...currency} onChange={upper} maxLength={3} required />
        </Field>
      )}
      <Field label={texts.priceIn(given.currency || '–')}>
        <input {...field('price')} inputMode="decimal" required />
      </Field>
      <Field label={texts.description}>
        <textarea {...field('description')} rows={3} maxLength={10_000} />
      </Field>
      <Field label={texts.imageAddress}>
        <input {...field('imageUrl')} inputMode="url" maxLength={2_000} />
      </Field>
      <Field label={texts.metadataJson}>
        <textarea {...field('metadata')} rows={3} maxLength={4_096} spellCheck={false} />
      </Field>
    </>
  );
}

/** Options of the command line for what a product has besides name and price. */
export const detailWords = ({ description, imageUrl, metadata }: Partial<ReadProduct>): string[] => [
  ...(description ? ['--description', description] : []),
  ...(imageUrl ? ['--image', imageUrl] : []),
  ...(metadata ? ['--metadata', JSON.stringify(metadata)] : []),
];
