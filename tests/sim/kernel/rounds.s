# Five engines run the same number of rounds. In each, a load, a matmul, an addition and an activation hand over to each
# other by counts; sync then waits for everyone, sets the counts back and releases them one by one. A flag in SBUF, read at
# the start of each round, makes all of them pass over the work. "wait s10>=0" holds sync until its own last reset is
# visible: the transfers of the next round count on it. ROUNDS and STOP are filled in by the test.
program rounds
chip inf2
tensor x input fp32 [4,16]
tensor out output fp32 [4,16]
op work kind=test macs=0 nodes=[]

engine sync:
  source 0
  wait s0>=2 | nop
  loop counter=r0 start=0 stop=ROUNDS step=1
    register_load dst=r1 src=sbuf[0:1]@1028:int32(1x1)
    branch a=r1 op=ne b=r9 skip=2
    dma_copy dst=sbuf[0:4]@0:fp32(1x16) src=x[0:4:64]@0(1x16) queue=0 accumulate=0 | signal s1+1
    wait s1>=1 | nop
    wait s10>=4 | nop | signal s1=0
    nop | signal s2=0
    nop | signal s3=0
    nop | signal s4=0
    nop | signal s5=0
    nop | signal s10=0
    wait s10>=0 | nop | signal s20=1
    nop | signal s21=1
    nop | signal s22=1
    nop | signal s23=1
  end_loop
  wait s10>=4 | nop | signal s2=1000
  nop | signal s24=1
  wait s2>=1001 | dma_copy dst=out[0:4:64]@0(1x16) src=sbuf[0:4]@512:fp32(1x16) queue=0 accumulate=0

engine tensor:
  source 0
  wait s0>=2 | load_stationary src=sbuf[0:4]@128:bf16(1x4)
  loop counter=r0 start=0 stop=ROUNDS step=1
    register_load dst=r1 src=sbuf[0:1]@1028:int32(1x1)
    branch a=r1 op=ne b=r9 skip=1
    wait s2>=1 | matmul dst=psum[0:4]@0:fp32(1x16) moving=sbuf[0:4]@64:bf16(1x16) accumulate=0 | signal s4+1
    nop | signal s10+1
    wait s20>=1 | nop | signal s20=0
  end_loop
  nop | signal s10+1

engine vector:
  source 0
  memset dst=sbuf[0:4]@256:fp32(1x16) value=0
  memset dst=sbuf[0:4]@128:bf16(1x4) value=1 | signal s0+1
  wait s0>=2 | nop
  loop counter=r0 start=0 stop=ROUNDS step=1
    register_load dst=r1 src=sbuf[0:1]@1028:int32(1x1)
    branch a=r1 op=ne b=r9 skip=2
    wait s1>=1 | tensor_copy dst=sbuf[0:4]@64:bf16(1x16) src=sbuf[0:4]@0:fp32(1x16) | signal s2+1
    wait s4>=1 | tensor_tensor dst=sbuf[0:4]@256:fp32(1x16) a=sbuf[0:4]@256:fp32(1x16) b=psum[0:4]@0:fp32(1x16) op=add | signal s2+1
    nop | signal s10+1
    wait s21>=1 | nop | signal s21=0
  end_loop
  nop | signal s10+1
  wait s24>=1 | tensor_copy dst=sbuf[0:4]@512:fp32(1x16) src=sbuf[0:4]@256:fp32(1x16) | signal s2+1

engine scalar:
  source 0
  wait s0>=2 | nop
  loop counter=r0 start=0 stop=ROUNDS step=1
    register_load dst=r1 src=sbuf[0:1]@1028:int32(1x1)
    branch a=r1 op=ne b=r9 skip=1
    wait s2>=2 | activation dst=sbuf[0:4]@512:fp32(1x16) src=sbuf[0:4]@256:fp32(1x16) function=copy scale=2 bias=0 alpha=0 reduce=idle | signal s3+1
    nop | signal s10+1
    wait s22>=1 | nop | signal s22=0
  end_loop
  nop | signal s10+1

engine gpsimd:
  source 0
  memset dst=sbuf[0:1]@1024:int32(1x2) value=0 | signal s0+1
  wait s0>=2 | nop
  loop counter=r0 start=0 stop=ROUNDS step=1
    register_load dst=r1 src=sbuf[0:1]@1028:int32(1x1)
    branch a=r1 op=ne b=r9 skip=2
    wait s3>=1 | tensor_scalar dst=sbuf[0:1]@1024:int32(1x1) src=sbuf[0:1]@1024:int32(1x1) op0=add s0=1 op1=bypass s1=0 reverse0=0 reverse1=0 | signal s5+1
    wait s5>=1 | tensor_scalar dst=sbuf[0:1]@1028:int32(1x1) src=sbuf[0:1]@1024:int32(1x1) op0=ge s0=STOP op1=bypass s1=0 reverse0=0 reverse1=0
    nop | signal s10+1
    wait s23>=1 | nop | signal s23=0
  end_loop
  nop | signal s10+1
