# c = a + b on the vector engine; the sync engine moves the tensors.
program add
tensor a input fp32 [4, 8]
tensor b constant fp32 [4, 8]
data b values 0 1 2 3 4 5 6 7 10 11 12 13 14 15 16 17 20 21 22 23 24 25 26 27 30 31 32 33 34 35 36 37
tensor c output fp32 [4, 8]
op add kind=add
engine vector:
source 0
wait s0>=2 | tensor_tensor dst=sbuf[0:4]@64:fp32(1x8) a=sbuf[0:4]@0:fp32(1x8) b=sbuf[0:4]@32:fp32(1x8) op=add | signal s1+1
engine sync:
source 0
dma_copy dst=sbuf[0:4]@0:fp32(1x8) src=a[0:4:32]@0(1x8) queue=0 accumulate=0 | signal s0+1
dma_copy dst=sbuf[0:4]@32:fp32(1x8) src=b[0:4:32]@0(1x8) queue=1 accumulate=0 | signal s0+1
wait s1>=1 | dma_copy dst=c[0:4:32]@0(1x8) src=sbuf[0:4]@64:fp32(1x8) queue=0 accumulate=0
