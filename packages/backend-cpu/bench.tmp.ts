import { viewOf } from '@ostinato/kernel';
import { Heap } from './src/wasm/heap.js';
import { MatmulKernels } from './src/wasm/matmul/matmul.js';
const heap = new Heap();
const mm = new MatmulKernels(heap, { parts: 1, run: (k, a) => k.run(a, 0, 1) });
for (const [M, K, N, t] of [[1536, 256, 1024], [256,256,256],[1600,128,1024],[128,1600,1024,'a'],[1600,1024,128,'b'],[32,256,1024],[16,100,400],[1,128,512]] as any) {
  let a: any = viewOf(heap.alloc(M*K*4), [M,K]), b: any = viewOf(heap.alloc(K*N*4),[K,N]); const o = viewOf(heap.alloc(M*N*4),[M,N]);
  for (const v of [a,b,o]) { const at=heap.addressOf(v.storage,'')/4; heap.floats.fill(0.5, at, at+v.shape[0]*v.shape[1]); }
  if (t==='a') a = { ...a, strides: [1, M] }; if (t==='b') b = { ...b, strides: [1, K] };
  const f = 2*M*K*N; const reps = Math.max(3, Math.round(4e8/f));
  for (let i=0;i<3;i++) mm.run(a,b,o);
  let best=1e9; for (let r=0;r<7;r++){ const t0=performance.now(); for (let i=0;i<reps;i++) mm.run(a,b,o); best=Math.min(best,(performance.now()-t0)/reps);}
  console.log(M,K,N,t??'', (f/best/1e6).toFixed(1),'GFLOP/s');
}
