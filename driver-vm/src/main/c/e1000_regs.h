/*
 * Registers and descriptors of the 82540EM (8086:100e) and the 82574L (8086:10d3).
 *
 * Trusts: nothing, it only names. [E] is the "PCI/PCI-X Family of Gigabit Ethernet Controllers Software
 * Developer's Manual" (82540EM), [L] the "82574 GbE Controller Family Datasheet". Where one number stands, the
 * register is at the same place in both.
 */
#ifndef COFFERDAM_E1000_REGS_H
#define COFFERDAM_E1000_REGS_H

#include "boot.h"

#define PCI_VENDOR_INTEL 0x8086
#define PCI_DEVICE_82540EM 0x100e
#define PCI_DEVICE_82574L 0x10d3

/* General: [E] 13.4, [L] 10.2.2 */
#define REG_CTRL 0x00000 /* Device Control */
#define CTRL_FD (1u << 0)
#define CTRL_LRST (1u << 3)
#define CTRL_ASDE (1u << 5)
#define CTRL_SLU (1u << 6)
#define CTRL_ILOS (1u << 7)
#define CTRL_FRCSPD (1u << 11)
#define CTRL_FRCDPX (1u << 12)
#define CTRL_RST (1u << 26)
#define CTRL_RFCE (1u << 27)
#define CTRL_TFCE (1u << 28)
#define CTRL_VME (1u << 30)
#define CTRL_PHY_RST (1u << 31)

#define REG_STATUS 0x00008 /* Device Status */
#define STATUS_FD (1u << 0)
#define STATUS_LU (1u << 1)
#define STATUS_SPEED_SHIFT 6
#define STATUS_SPEED_MASK 0x3u /* 0: 10, 1: 100, 2 and 3: 1000 Mbit/s */

#define REG_EERD 0x00014 /* EEPROM Read: [E] 13.4.4, [L] 10.2.2.5. The two cards place the fields differently. */
#define EERD_START (1u << 0)
#define EERD_DATA_SHIFT 16
#define EERD_82540_DONE (1u << 4)
#define EERD_82540_ADDR_SHIFT 8
#define EERD_82574_DONE (1u << 1)
#define EERD_82574_ADDR_SHIFT 2
#define EEPROM_MAC_WORD 0 /* words 0, 1, 2: the Ethernet address, low byte first: [E] 5.6.1, [L] 6.1.1.1 */

/* Interrupts: [E] 13.4.17 to 13.4.21, [L] 10.2.4 */
#define REG_ICR 0x000c0 /* Cause Read; a read clears it (on the 82574 only surely while IMS is 0) */
#define REG_ITR 0x000c4 /* Throttling */
#define REG_IMS 0x000d0 /* Mask Set */
#define REG_IMC 0x000d8 /* Mask Clear */
#define INT_TXDW (1u << 0)
#define INT_LSC (1u << 2)
#define INT_RXDMT0 (1u << 4)
#define INT_RXO (1u << 6)
#define INT_RXT0 (1u << 7)

/* Receive: [E] 13.4.22 to 13.4.30, [L] 10.2.5 */
#define REG_RCTL 0x00100
#define RCTL_EN (1u << 1)
#define RCTL_UPE (1u << 3)
#define RCTL_MPE (1u << 4)
#define RCTL_BAM (1u << 15)
#define RCTL_BSIZE_2048 (0u << 16)
#define RCTL_SECRC (1u << 26)
#define REG_RDBAL 0x02800
#define REG_RDBAH 0x02804
#define REG_RDLEN 0x02808
#define REG_RDH 0x02810
#define REG_RDT 0x02818
#define REG_RDTR 0x02820
#define REG_RADV 0x0282c
#define REG_RAL0 0x05400 /* Receive Address Low and High of entry 0: the card's own address */
#define REG_RAH0 0x05404
#define RAH_AV (1u << 31)

/* Transmit: [E] 13.4.33 to 13.4.46, [L] 10.2.6 */
#define REG_TCTL 0x00400
#define TCTL_EN (1u << 1)
#define TCTL_PSP (1u << 3)
#define TCTL_CT_SHIFT 4
#define TCTL_COLD_SHIFT 12
#define TCTL_RTLC (1u << 24)
#define TCTL_82574_MULR (1u << 28)
#define REG_TIPG 0x00410
#define TIPG_IPGT 8u
#define TIPG_IPGR1 (8u << 10)
#define TIPG_IPGR2 (6u << 20)
#define REG_TDBAL 0x03800
#define REG_TDBAH 0x03804
#define REG_TDLEN 0x03808
#define REG_TDH 0x03810
#define REG_TDT 0x03818
#define REG_TIDV 0x03820
#define REG_TXDCTL 0x03828
#define TXDCTL_82574_COUNT_DESC (1u << 22) /* [L] 10.2.6.12: to be set by software */
#define REG_TADV 0x0382c

/* Statistics, 32 bits each, cleared by reading: [E] 13.7, [L] 10.2.7 */
#define REG_CRCERRS 0x04000
#define REG_RXERRC 0x0400c
#define REG_MPC 0x04010 /* frames missed: no room in the card */

#define DESCRIPTOR_BYTES 16

/* A descriptor is an address and a 64-bit word; each kind's word is read and written whole. */
struct card_descriptor {
    u64 low;
    u64 high;
};

/* Legacy receive: [E] 3.2.3, [L] 7.1.4 */
#define RXD_LENGTH_MASK 0xffffull
#define RXD_DD (1ull << 32)
#define RXD_EOP (1ull << 33)
#define RXD_ERRORS_SHIFT 40
/* CE, SE, SEQ, RXE spoil the frame; TCPE and IPE only speak of checksums inside it. */
#define RXD_ERRORS_FRAME 0x97ull

/* Transmit, all kinds: [E] 3.3.3 to 3.3.7, [L] 7.2.10 */
#define TXD_DTYP_CONTEXT (0ull << 20)
#define TXD_DTYP_DATA (1ull << 20)
#define TXD_EOP (1ull << 24)
#define TXD_IFCS (1ull << 25)
#define TXD_TSE (1ull << 26)
#define TXD_RS (1ull << 27)
#define TXD_DEXT (1ull << 29)
#define TXD_DD (1ull << 32)
#define TXD_POPTS_IXSM (1ull << 40)
#define TXD_POPTS_TXSM (1ull << 41)
/* Context: low word */
#define TXC_IPCSS_SHIFT 0
#define TXC_IPCSO_SHIFT 8
#define TXC_IPCSE_SHIFT 16
#define TXC_TUCSS_SHIFT 32
#define TXC_TUCSO_SHIFT 40
#define TXC_TUCSE_SHIFT 48
/* Context: high word */
#define TXC_PAYLEN_MAX 0xfffffu
#define TXC_TUCMD_TCP (1ull << 24)
#define TXC_TUCMD_IP (1ull << 25) /* IPv4 */
#define TXC_TUCMD_TSE (1ull << 26)
#define TXC_HDRLEN_SHIFT 40
#define TXC_MSS_SHIFT 48

#endif
