import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Catalogue, type Product } from './Catalogue.tsx';
import { Checkout } from './Checkout.tsx';
import { queryClient } from './shop.ts';

/** The payment gateway, as `?provider=stripe`. */
const provider = new URLSearchParams(location.search).get('provider') ?? 'mock';

function App() {
  const [product, setProduct] = useState<Product>();
  return product ? <Checkout product={product} provider={provider} /> : <Catalogue onChoose={setProduct} />;
}

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
