package org.cofferdam.monitor.card;

/**
 * Where the card's registers lie in BAR 0 and what their bits mean (DS 9.2, SDM 13.4). Offsets in bytes; all
 * registers are 32 bits, little-endian.
 */
final class Registers {
    // General (DS 10.2.2)
    static final int CTRL = 0x0000;
    static final int STATUS = 0x0008;
    static final int EECD = 0x0010;
    static final int EERD = 0x0014;
    static final int CTRL_EXT = 0x0018;
    static final int FLA = 0x001c;
    static final int MDIC = 0x0020;
    static final int SCTL = 0x0024;
    static final int FCAL = 0x0028;
    static final int FCAH = 0x002c;
    static final int FCT = 0x0030;
    static final int VET = 0x0038;
    static final int FCTTV = 0x0170;
    static final int TXCW = 0x0178;
    static final int LEDCTL = 0x0e00;
    static final int EXTCNF_CTRL = 0x0f00;
    static final int EXTCNF_SIZE = 0x0f08;
    static final int PBA = 0x1000;
    static final int EEMNGCTL = 0x1010;

    // Interrupts (DS 10.2.4)
    static final int ICR = 0x00c0;
    static final int ITR = 0x00c4;
    static final int ICS = 0x00c8;
    static final int IMS = 0x00d0;
    static final int IMC = 0x00d8;
    static final int EIAC = 0x00dc;
    static final int IAM = 0x00e0;
    static final int IVAR = 0x00e4;
    static final int EITR = 0x00e8; // five of them

    // Receive (DS 10.2.5)
    static final int RCTL = 0x0100;
    static final int RING_PAGES = 0x2000;
    static final int RING_PAGES_BYTES = 0x2000;
    static final int FCRTL = 0x2160;
    static final int FCRTH = 0x2168;
    static final int RX_RING = 0x2800;
    static final int RDTR = 0x2820;
    static final int RXDCTL = 0x2828;
    static final int RADV = 0x282c;
    static final int RXCSUM = 0x5000;
    static final int RFCTL = 0x5008;
    static final int MTA = 0x5200; // 128 of them
    static final int RAL = 0x5400; // 16 pairs RAL, RAH
    static final int VFTA = 0x5600; // 128 of them

    // Transmit (DS 10.2.6)
    static final int TCTL = 0x0400;
    static final int TIPG = 0x0410;
    static final int AIFS = 0x0458;
    static final int TX_RING = 0x3800;
    static final int TXDCTL = 0x3828;

    // Both rings: from RX_RING or TX_RING
    static final int RING_BASE_LOW = 0x00;
    static final int RING_BASE_HIGH = 0x04;
    static final int RING_LENGTH = 0x08;
    static final int RING_HEAD = 0x10;
    static final int RING_TAIL = 0x18;

    // Statistics (DS 10.2.7): a block of its own, see Statistics
    static final int STATISTICS = 0x4000;
    static final int STATISTICS_END = 0x4130;

    // Wake-up, management, PCIe and semaphores (DS 10.2.8 to 10.2.10)
    static final int WUC = 0x5800;
    static final int WUFC = 0x5808;
    static final int WUS = 0x5810;
    static final int MRQC = 0x5818;
    static final int MANC = 0x5820;
    static final int IPAV = 0x5838;
    static final int GCR = 0x5b00;
    static final int GSCL_1 = 0x5b10;
    static final int FACTPS = 0x5b30;
    static final int SWSM = 0x5b50;
    static final int FWSM = 0x5b54;
    static final int SW_FW_SYNC = 0x5b5c;
    static final int RETA = 0x5c00; // 32 of them
    static final int RSSRK = 0x5c80; // 10 of them

    /** Behind the last register of these cards; the rest of the BAR is reserved. */
    static final int REGISTERS_END = 0x6000;

    static final int CTRL_FD = 1;
    static final int CTRL_GIO_MASTER_DISABLE = 1 << 2;
    static final int CTRL_SLU = 1 << 6;
    static final int CTRL_RST = 1 << 26;
    static final int CTRL_VME = 1 << 30;
    static final int CTRL_PHY_RST = 1 << 31;

    static final int STATUS_FD = 1;
    static final int STATUS_LU = 1 << 1;
    static final int STATUS_SPEED_1000 = 2 << 6;
    static final int STATUS_ASDV_1000 = 2 << 8;
    static final int STATUS_PHYRA = 1 << 10;
    static final int STATUS_GIO_MASTER = 1 << 19;

    static final int CTRL_EXT_EE_RST = 1 << 13;
    static final int CTRL_EXT_IAME = 1 << 27;

    static final int ICR_TXDW = 1;
    static final int ICR_TXQE = 1 << 1;
    static final int ICR_LSC = 1 << 2;
    static final int ICR_RXDMT0 = 1 << 4;
    static final int ICR_RXO = 1 << 6;
    static final int ICR_RXT0 = 1 << 7;
    static final int ICR_MDAC = 1 << 9;
    static final int ICR_ASSERTED = 1 << 31;

    static final int RCTL_EN = 1 << 1;
    static final int RCTL_UPE = 1 << 3;
    static final int RCTL_MPE = 1 << 4;
    static final int RCTL_LPE = 1 << 5;
    static final int RCTL_LBM = 3 << 6;
    static final int RCTL_RDMTS_SHIFT = 8;
    static final int RCTL_DTYP = 3 << 10;
    static final int RCTL_MO_SHIFT = 12;
    static final int RCTL_BAM = 1 << 15;
    static final int RCTL_BSIZE_SHIFT = 16;
    static final int RCTL_VFE = 1 << 18;
    static final int RCTL_CFIEN = 1 << 19;
    static final int RCTL_CFI = 1 << 20;
    static final int RCTL_BSEX = 1 << 25;
    static final int RCTL_SECRC = 1 << 26;
    static final int RCTL_FLXBUF_SHIFT = 27;

    static final int RXCSUM_IPOFL = 1 << 8;
    static final int RXCSUM_TUOFL = 1 << 9;
    static final int RFCTL_EXSTEN = 1 << 15;

    static final int TCTL_EN = 1 << 1;
    static final int TCTL_PSP = 1 << 3;

    static final int RAH_VALID = 1 << 31;

    private Registers() {}
}
